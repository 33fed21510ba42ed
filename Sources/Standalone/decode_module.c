/* decode_module.c: from the table to a tf_module. NativeModuleBuilder.swift makes the same from a descriptor. */
#include <string.h>

#include "tf_standalone.h"
#include "tf_wasi.h"

/* --- Where things lie in an instance --- */

/* More than a million of everything need. */
static const uint32_t largest_instance = 256 << 20;

static void layout(tf_decoder *decoder, tf_module *module) {
    module->instance_size = tf_decode_4(decoder);
    module->imported_functions = tf_decode_4(decoder);
    module->memories_offset = tf_decode_4(decoder);
    module->tables_offset = tf_decode_4(decoder);
    module->tags_offset = tf_decode_4(decoder);
    module->references_offset = tf_decode_4(decoder);
    tf_decoder_check(decoder, module->instance_size >= sizeof(tf_instance) &&
                                  module->instance_size <= largest_instance);
}

/* Whether `count` items from there on lie within the instance, behind its head. */
static void check_place(tf_decoder *decoder, const tf_module *module, uint32_t at, uint64_t count, uint64_t size) {
    bool is_inside = at >= sizeof(tf_instance) && at % 8 == 0 && at + count * size <= module->instance_size;
    tf_decoder_check(decoder, is_inside);
}

/* --- Imports: functions of WASI, and of who embeds the module --- */

static bool is_equal(tf_text text, const char *other) {
    return strlen(other) == text.length && memcmp(other, text.bytes, text.length) == 0;
}

static const tf_wasi_function *find(tf_text module, tf_text name) {
    size_t count;
    const tf_wasi_function *each;
    if (is_equal(module, "wasi_unstable")) {
        each = tf_wasi_unstable_functions(&count);
    } else if (is_equal(module, "wasi_snapshot_preview1")) {
        each = tf_wasi_functions(&count);
    } else {
        return NULL;
    }
    for (; count > 0; each++, count--) {
        if (is_equal(name, each->name)) return each;
    }
    return NULL;
}

/* The type of a host function. */
static uint32_t type_of(const tf_wasi_function *function) {
    enum { most = 16, i32 = 0x7F, i64 = 0x7E };
    uint32_t parameters[most], results[1] = {i32}, count = 0;
    for (const char *each = function->parameters; *each && count < most; each++)
        parameters[count++] = *each == 'I' ? i64 : i32;
    return tf_type_intern(parameters, count, results, *function->result ? 1 : 0);
}

static void imports(tf_decoder *decoder, tf_standalone *program, uint32_t type_count) {
    tf_module *module = &program->module;
    uint32_t count = tf_decode_count(decoder, 12);
    tf_import *imports = tf_decoder_room(decoder, count, sizeof *imports);
    tf_extern *externs = tf_decoder_room(decoder, count, sizeof *externs);
    module->imports = imports;
    module->import_count = module->imported_function_count = count;
    program->imports = externs;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        tf_text from = tf_decode_text(decoder), name = tf_decode_text(decoder);
        imports[i] = (tf_import){.kind = TF_EXTERN_FUNCTION, .type = tf_decode_index(decoder, type_count)};
        if (decoder->failed || (program->find && program->find(program, i, from, name, &externs[i]))) continue;
        const tf_wasi_function *function = find(from, name);
        program->lacks_import = function == NULL;
        if (!tf_decoder_check(decoder, function != NULL)) return;
        externs[i] = (tf_extern){.kind = TF_EXTERN_FUNCTION, .type = type_of(function), .call = function->call};
    }
    check_place(decoder, module, module->imported_functions, count, 16);
}

/* --- Functions that are values, and what else has a place --- */

static void references(tf_decoder *decoder, tf_standalone *program) {
    tf_module *module = &program->module;
    program->defined_functions = tf_decode_4(decoder);
    uint32_t count = tf_decode_count(decoder, 8);
    if (!tf_decoder_check(decoder, program->defined_functions == module->code->function_count)) return;
    tf_function *references = tf_decoder_room(decoder, count, sizeof *references);
    uint32_t *functions = tf_decoder_room(decoder, count, sizeof *functions);
    uint32_t imported = module->import_count;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        uint32_t function = tf_decode_index(decoder, imported + program->defined_functions);
        uint32_t type = tf_decode_index(decoder, module->code->type_count);
        tf_decoder_check(decoder, i == 0 || functions[i - 1] < function);
        functions[i] = function;
        references[i] = (tf_function){.type = module->type_ids[type], .enter = module->code->enters[type]};
        if (function >= imported) references[i].code = module->code->functions[function - imported];
    }
    module->references = references;
    module->reference_functions = functions;
    module->reference_count = count;
    check_place(decoder, module, module->references_offset, count, sizeof *references);
}

static void globals(tf_decoder *decoder, tf_module *module) {
    uint32_t count = tf_decode_count(decoder, 12);
    tf_global *globals = tf_decoder_room(decoder, count, sizeof *globals);
    module->globals = globals;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        globals[i].offset = tf_decode_4(decoder);
        globals[i].type = tf_decode_value_type(decoder, module->type_ids, module->code->type_count);
        globals[i].is_mutable = tf_decode_4(decoder);
        module->global_count = i; /* an initial value knows those before it */
        globals[i].initial = tf_decode_expression(decoder, module);
        check_place(decoder, module, globals[i].offset, globals[i].type == TF_V128 ? 2 : 1, 8);
    }
    module->global_count = count;
}

static tf_limits limits(tf_decoder *decoder) {
    uint64_t minimum = tf_decode_8(decoder);
    return (tf_limits){minimum, tf_decode_8(decoder)};
}

static void tables(tf_decoder *decoder, tf_module *module) {
    uint32_t count = module->table_count = tf_decode_count(decoder, 28);
    tf_table_type *tables = tf_decoder_room(decoder, count, sizeof *tables);
    module->tables = tables;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        tables[i].element_type = tf_decode_value_type(decoder, module->type_ids, module->code->type_count);
        tables[i].is_64 = tf_decode_4(decoder);
        tables[i].limits = limits(decoder);
        tables[i].initial = tf_decode_expression(decoder, module);
    }
    check_place(decoder, module, module->tables_offset, count, 8);
}

static void memories(tf_decoder *decoder, tf_module *module) {
    uint32_t count = module->memory_count = tf_decode_count(decoder, 28);
    tf_memory_type *memories = tf_decoder_room(decoder, count, sizeof *memories);
    module->memories = memories;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        memories[i].limits = limits(decoder);
        memories[i].is_64 = tf_decode_4(decoder);
        memories[i].is_shared = tf_decode_4(decoder);
        memories[i].page_shift = tf_decode_4(decoder);
        tf_decoder_check(decoder, memories[i].page_shift == 0 || memories[i].page_shift == 16);
    }
    check_place(decoder, module, module->memories_offset, count, 8);
}

static void tags(tf_decoder *decoder, tf_module *module) {
    uint32_t count = module->tag_count = tf_decode_count(decoder, 4);
    uint32_t *tags = tf_decoder_room(decoder, count, sizeof *tags);
    module->tags = tags;
    for (uint32_t i = 0; i < count && !decoder->failed; i++)
        tags[i] = module->type_ids[tf_decode_index(decoder, module->code->type_count)];
    check_place(decoder, module, module->tags_offset, count, 8);
}

void tf_decode_definitions(tf_decoder *decoder, tf_standalone *program) {
    tf_module *module = &program->module;
    layout(decoder, module);
    imports(decoder, program, module->code->type_count);
    references(decoder, program);
    if (decoder->failed) return;
    globals(decoder, module);
    tables(decoder, module);
    memories(decoder, module);
    tags(decoder, module);
}

uint32_t tf_decode_reference(tf_decoder *decoder, const tf_module *module) {
    return module->references_offset + tf_decode_index(decoder, module->reference_count) * sizeof(tf_function);
}
