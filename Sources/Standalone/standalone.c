/* standalone.c: the payload's code and table, made ready to be instantiated. */
#define _GNU_SOURCE
#include "tf_standalone.h"

#include <fcntl.h>

static bool attach(const tf_payload *payload, tf_module *module, uint32_t type_count) {
    tf_attach_function attach = (tf_attach_function)(uintptr_t)payload->attach;
    module->code = attach(tf_runtime_api(), module->type_ids);
    return module->code && module->code->abi == TF_ABI_VERSION && module->code->type_count == type_count &&
           tf_code_register(payload->text, payload->text + payload->text_bytes);
}

/* Larger images are mapped by each memory from the file; see TF_COPIED_IMAGE_BYTES. */
bool tf_standalone_needs_file(const tf_module *module) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < module->extent_count; i++) {
        if (i > 0 && module->extents[i].memory != module->extents[i - 1].memory) bytes = 0;
        bytes += module->extents[i].length;
        if (bytes > TF_COPIED_IMAGE_BYTES) return true;
    }
    return false;
}

static bool open_image(const tf_payload *payload, tf_module *module, const char **problem) {
    module->image = -1;
    module->image_id = tf_image_new();
    module->image_bytes = (const uint8_t *)(uintptr_t)(payload->image - payload->image_offset);
    if (!tf_standalone_needs_file(module)) return true;
    module->image = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (module->image < 0) *problem = "it cannot open its own file by /proc/self/exe";
    return module->image >= 0;
}

static void entries(tf_decoder *decoder, tf_standalone *program) {
    program->module.start = tf_decode_4(decoder) ? tf_decode_reference(decoder, &program->module) : 0;
    program->entry_count = tf_decode_index(decoder, TF_MOST_ENTRIES + 1);
    for (uint32_t i = 0; i < program->entry_count; i++)
        program->entries[i] = tf_decode_reference(decoder, &program->module);
}

bool tf_standalone_read(tf_decoder *table, const tf_payload *payload, tf_standalone *program, const char **problem) {
    tf_module *module = &program->module;
    *problem = "its module is damaged";
    tf_decoder ahead = *table;
    uint32_t type_count = tf_decode_type_count(&ahead);
    tf_decode_types(table, module);
    if (table->failed) return false;
    if (!attach(payload, module, type_count)) {
        *problem = "its code was made for another runtime or module";
        return false;
    }
    tf_decode_definitions(table, program);
    if (!table->failed) tf_decode_segments(table, module, payload);
    if (!table->failed) entries(table, program);
    return !table->failed;
}

bool tf_standalone_load(const tf_payload *payload, tf_standalone *program, const char **problem) {
    const uint8_t *start = (const uint8_t *)(payload + 1), *end = (const uint8_t *)payload + payload->table_bytes;
    tf_decoder decoder = {start, end, false};
    if (!tf_standalone_read(&decoder, payload, program, problem)) return false;
    if (tf_module_mismatch(&program->module, program->imports) >= 0) return false;
    return open_image(payload, &program->module, problem);
}
