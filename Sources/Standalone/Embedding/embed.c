/* embed.c: from what `tfc compile --emit c` wrote to guests. standalone.c does the same for executables. */
#define _GNU_SOURCE
#include "tf_embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tf_message.h"
#include "tf_standalone.h"

typedef struct named_export {
    uint32_t kind, index;
    tf_text name;
} named_export;

struct tf_loaded_module {
    tf_standalone program; /* first: `find` is given it */
    const tf_embed_function *functions;
    size_t function_count;
    tf_text (*names)[2]; /* of each import: module and name */
    uint32_t last;       /* import that was read */
    named_export *exports;
    uint32_t export_count;
};

struct tf_guest {
    const tf_loaded_module *module;
    tf_store *store;
    tf_wasi *wasi;
    tf_instance *instance;
};

/* --- Functions of who embeds the module --- */

static bool is_equal(tf_text text, const char *other) {
    return strlen(other) == text.length && memcmp(text.bytes, other, text.length) == 0;
}

/* The types that letters stand for; more than there is room for, or others, are no types. */
enum { most_values = 32 };

static bool read_types(const char *letters, uint32_t types[most_values], uint32_t *count) {
    for (*count = 0; *letters; letters++, ++*count) {
        static const char known[] = "iIfd";
        const char *at = strchr(known, *letters);
        if (!at || *count == most_values) return false;
        types[*count] = 0x7F - (uint32_t)(at - known);
    }
    return true;
}

static uint32_t type_of(const char *parameters, const char *results) {
    uint32_t in[most_values], out[most_values], in_count, out_count;
    if (!read_types(parameters, in, &in_count) || !read_types(results, out, &out_count)) return 0;
    return tf_type_intern(in, in_count, out, out_count);
}

static bool find(tf_standalone *program, uint32_t import, tf_text from, tf_text name, tf_extern *found) {
    tf_loaded_module *self = (tf_loaded_module *)program;
    if (import == 0) self->names = calloc(program->module.import_count, sizeof *self->names);
    if (!self->names) return false;
    self->last = import;
    self->names[import][0] = from;
    self->names[import][1] = name;
    for (size_t i = 0; i < self->function_count; i++) {
        const tf_embed_function *each = &self->functions[i];
        if (!is_equal(from, each->module) || !is_equal(name, each->name)) continue;
        /* A type of 0 is nobody's, so it does not fit. */
        uint32_t type = type_of(each->parameters, each->results);
        *found = (tf_extern){.kind = TF_EXTERN_FUNCTION, .type = type, .call = each->call};
        return true;
    }
    return false;
}

/* --- Loading --- */

static void write_problem(char problem[TF_EMBED_PROBLEM], const char *text, const tf_text *names) {
    int length = snprintf(problem, TF_EMBED_PROBLEM, "%s", text);
    for (int i = 0; names && i < 2; i++) {
        length += snprintf(problem + length, (size_t)(TF_EMBED_PROBLEM - length), "%s", i ? "." : ": ");
        for (uint32_t j = 0; j < names[i].length && length < TF_EMBED_PROBLEM - 8; j++) {
            char each = names[i].bytes[j];
            problem[length++] = each >= ' ' && each <= '~' ? each : '?';
        }
        problem[length] = 0;
    }
}

/* Without the flags that module.c must have, code may lie outside of its marks; its faults would not be the guest's. */
static bool is_all_marked(const tf_embedded *embedded, const tf_code_exports *code) {
    uintptr_t start = (uintptr_t)embedded->text[0], end = (uintptr_t)embedded->text[1];
    for (uint32_t i = 0; i < code->function_count; i++) {
        uintptr_t each = (uintptr_t)code->functions[i];
        if (each < start || each >= end) return false;
    }
    for (uint32_t i = 0; i < code->type_count; i++) {
        uintptr_t enter = (uintptr_t)code->enters[i], leaf = (uintptr_t)code->leaves[i];
        if ((enter && (enter < start || enter >= end)) || (leaf && (leaf < start || leaf >= end))) return false;
    }
    return true;
}

static bool read_exports(tf_decoder *table, tf_loaded_module *self) {
    self->export_count = tf_decode_count(table, 12);
    self->exports = tf_decoder_room(table, self->export_count, sizeof *self->exports);
    for (uint32_t i = 0; i < self->export_count && !table->failed; i++) {
        named_export *each = &self->exports[i];
        each->kind = tf_decode_index(table, TF_EXTERN_TAG + 1);
        each->index = tf_decode_4(table);
        each->name = tf_decode_text(table);
    }
    return !table->failed;
}

/* Larger images are mapped by each memory; the file of this one is nowhere but in memory. */
static bool open_image(const tf_embedded *embedded, tf_module *module) {
    module->image = -1;
    module->image_id = tf_image_new();
    module->image_bytes = embedded->image;
    if (!tf_standalone_needs_file(module)) return true;
    int file = memfd_create("image", MFD_CLOEXEC);
    for (size_t done = 0; file >= 0 && done < embedded->image_bytes;) {
        ssize_t count = write(file, embedded->image + done, embedded->image_bytes - done);
        if (count <= 0) return close(file), false;
        done += (size_t)count;
    }
    module->image = file;
    return file >= 0;
}

/* What is wrong, or NULL; `*import` is the number of the import that it is about. */
static const char *load(const tf_embedded *embedded, tf_loaded_module *self, int64_t *import) {
    if (embedded->version != TF_EMBED_VERSION || embedded->abi != TF_ABI_VERSION)
        return "its module was made for another version";
    const tf_payload payload = {
        .image = (uint64_t)(uintptr_t)embedded->image,
        .image_bytes = embedded->image_bytes,
        .text = (uint64_t)(uintptr_t)embedded->text[0],
        .text_bytes = (uint64_t)(embedded->text[1] - embedded->text[0]),
        .attach = (uint64_t)(uintptr_t)embedded->attach,
    };
    tf_decoder table = {embedded->table, embedded->table + embedded->table_bytes, false};
    const char *problem;
    bool good = tf_standalone_read(&table, &payload, &self->program, &problem);
    if (!good && self->program.lacks_import) return *import = self->last, "unknown import";
    if (!good) return problem;
    if (!is_all_marked(embedded, self->program.module.code)) return "its code was compiled without the flags of SOURCES";
    if (!read_exports(&table, self)) return "its module is damaged";
    *import = tf_module_mismatch(&self->program.module, self->program.imports);
    if (*import >= 0) return "incompatible import type";
    return open_image(embedded, &self->program.module) ? NULL : "no memory for its image";
}

tf_loaded_module *tf_embed_load(const tf_embedded *embedded, const tf_embed_function *functions, size_t count,
                                char problem[TF_EMBED_PROBLEM]) {
    tf_loaded_module *self = calloc(1, sizeof *self);
    int64_t import = -1;
    const char *wrong = "out of memory";
    if (self) {
        self->functions = functions;
        self->function_count = count;
        self->program.find = find;
        wrong = load(embedded, self, &import);
    }
    if (!wrong) return self;
    write_problem(problem, wrong, import >= 0 && self->names ? self->names[import] : NULL);
    return NULL;
}

/* --- Guests --- */

tf_guest *tf_embed_create(const tf_loaded_module *module, const tf_store_limits *limits, void *context) {
    static const tf_store_limits usual = {UINT64_C(4) << 30, 10000000, 1 << 20};
    tf_guest *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->module = module;
    self->wasi = tf_wasi_create();
    self->store = tf_store_create(limits ? limits : &usual);
    if (!self->wasi || !self->store) return tf_embed_destroy(self), NULL;
    tf_store_set_data(self->store, self->wasi);
    tf_store_set_host(self->store, context);
    return self;
}

void tf_embed_destroy(tf_guest *self) {
    if (!self) return;
    if (self->store) tf_store_destroy(self->store);
    if (self->wasi) tf_wasi_destroy(self->wasi);
    free(self);
}

tf_wasi *tf_embed_wasi(tf_guest *self) { return self->wasi; }

tf_store *tf_embed_store(tf_guest *self) { return self->store; }

tf_trap tf_embed_start(tf_guest *self) {
    const tf_standalone *program = &self->module->program;
    return tf_instantiate(self->store, &program->module, program->imports, &self->instance);
}

bool tf_embed_export(const tf_guest *self, const char *name, tf_extern_kind kind, tf_extern *found) {
    static tf_extern (*const of[])(tf_instance *, uint32_t) = {
        [TF_EXTERN_FUNCTION] = tf_instance_function, [TF_EXTERN_TABLE] = tf_instance_table,
        [TF_EXTERN_MEMORY] = tf_instance_memory,     [TF_EXTERN_GLOBAL] = tf_instance_global,
        [TF_EXTERN_TAG] = tf_instance_tag,
    };
    if (!self->instance) return false;
    for (uint32_t i = 0; i < self->module->export_count; i++) {
        const named_export *each = &self->module->exports[i];
        if (each->kind != kind || !is_equal(each->name, name)) continue;
        *found = of[kind](self->instance, each->index);
        return true;
    }
    return false;
}

/* Whether the letters stand for these types. */
static bool stand_for(const char *letters, const uint32_t *types, uint32_t count) {
    uint32_t wanted[most_values], wanted_count;
    if (!read_types(letters, wanted, &wanted_count) || wanted_count != count) return false;
    return count == 0 || memcmp(types, wanted, count * sizeof *wanted) == 0;
}

const tf_function *tf_embed_find(const tf_guest *self, const char *name, const char *parameters,
                                 const char *results) {
    tf_extern found;
    if (!tf_embed_export(self, name, TF_EXTERN_FUNCTION, &found) || !found.function) return NULL;
    tf_signature own = tf_type_signature(found.type);
    bool fits = stand_for(parameters, own.parameters, own.parameter_count) &&
                stand_for(results, own.results, own.result_count);
    return fits ? found.function : NULL;
}

void *tf_embed_bytes(const tf_guest *self, uint64_t address, uint64_t length) {
    return self->instance ? tf_instance_bytes(self->instance, address, length) : NULL;
}

const char *tf_embed_message(const tf_guest *self, tf_trap trap) {
    const char *said = tf_store_message(self->store);
    return *said ? said : tf_trap_text(trap);
}
