/* decode_segments.c: constant expressions, segments, and what memories begin with. */
#include "tf_standalone.h"

/* --- Constant expressions --- */

/* What a step names, in the form of the runtime. */
static uint32_t operand(tf_decoder *decoder, const tf_module *module, uint32_t kind) {
    switch (kind) {
    case TF_CONSTANT_GLOBAL:
    case TF_CONSTANT_GLOBAL_UPPER: return tf_decode_index(decoder, module->global_count);
    case TF_CONSTANT_REFERENCE: return tf_decode_reference(decoder, module);
    case TF_CONSTANT_STRUCT:
    case TF_CONSTANT_STRUCT_DEFAULT:
    case TF_CONSTANT_ARRAY:
    case TF_CONSTANT_ARRAY_DEFAULT:
    case TF_CONSTANT_ARRAY_FIXED: return module->type_ids[tf_decode_index(decoder, module->code->type_count)];
    default: return tf_decode_4(decoder);
    }
}

tf_expression tf_decode_expression(tf_decoder *decoder, const tf_module *module) {
    tf_expression expression = {.depth = tf_decode_4(decoder)};
    expression.count = tf_decode_count(decoder, 16);
    if (expression.count == 0) return expression;
    tf_constant *steps = tf_decoder_room(decoder, expression.count, sizeof *steps);
    for (uint32_t i = 0; i < expression.count && !decoder->failed; i++) {
        steps[i].kind = tf_decode_index(decoder, TF_CONSTANT_ARRAY_FIXED + 1);
        steps[i].index = operand(decoder, module, steps[i].kind);
        steps[i].bits = tf_decode_8(decoder);
    }
    expression.steps = steps;
    return expression;
}

/* --- Segments --- */

/* References by one more than their number, 0 for null. */
static const uint32_t *references(tf_decoder *decoder, const tf_module *module, uint32_t count) {
    uint32_t *references = tf_decoder_room(decoder, count, sizeof *references);
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        uint32_t number = tf_decode_index(decoder, module->reference_count + 1);
        if (number) references[i] = module->references_offset + (number - 1) * (uint32_t)sizeof(tf_function);
    }
    return references;
}

static const tf_expression *expressions(tf_decoder *decoder, const tf_module *module, uint32_t count) {
    tf_expression *expressions = tf_decoder_room(decoder, count, sizeof *expressions);
    for (uint32_t i = 0; i < count && !decoder->failed; i++) expressions[i] = tf_decode_expression(decoder, module);
    return expressions;
}

static void element_segments(tf_decoder *decoder, tf_module *module) {
    uint32_t count = module->element_count = tf_decode_count(decoder, 28);
    tf_elements *segments = tf_decoder_room(decoder, count, sizeof *segments);
    module->elements = segments;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        tf_elements *segment = &segments[i];
        segment->mode = tf_decode_index(decoder, TF_SEGMENT_DECLARATIVE + 1);
        segment->table = tf_decode_4(decoder);
        tf_decoder_check(decoder, segment->mode != TF_SEGMENT_ACTIVE || segment->table < module->table_count);
        segment->offset = tf_decode_expression(decoder, module);
        segment->type = tf_decode_value_type(decoder, module->type_ids, module->code->type_count);
        bool has_expressions = tf_decode_4(decoder) != 0;
        segment->count = tf_decode_count(decoder, 4);
        if (has_expressions) {
            segment->expressions = expressions(decoder, module, segment->count);
        } else {
            segment->references = references(decoder, module, segment->count);
        }
    }
}

/* Whether `bytes` from there on lie in the image. */
static bool is_in_image(const tf_payload *payload, uint64_t at, uint64_t bytes) {
    return at <= payload->image_bytes && bytes <= payload->image_bytes - at;
}

static void data_segments(tf_decoder *decoder, tf_module *module, const tf_payload *payload) {
    uint32_t count = module->data_count = tf_decode_count(decoder, 36);
    tf_data *segments = tf_decoder_room(decoder, count, sizeof *segments);
    module->data = segments;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        tf_data *segment = &segments[i];
        segment->mode = tf_decode_index(decoder, TF_SEGMENT_ACTIVE + 1);
        segment->memory = tf_decode_4(decoder);
        tf_decoder_check(decoder, segment->mode != TF_SEGMENT_ACTIVE || segment->memory < module->memory_count);
        segment->is_in_image = tf_decode_4(decoder) != 0;
        segment->offset = tf_decode_expression(decoder, module);
        uint64_t at = tf_decode_8(decoder);
        segment->count = tf_decode_8(decoder);
        tf_decoder_check(decoder, segment->count <= UINT32_MAX && is_in_image(payload, at, segment->count));
        segment->bytes = (const uint8_t *)(uintptr_t)(payload->image + at);
    }
}

/* --- What memories begin with --- */

/* Its place in the file is that in the image and the image's own. */
static void extents(tf_decoder *decoder, tf_module *module, const tf_payload *payload) {
    const uint64_t page = 4096;
    uint32_t count = module->extent_count = tf_decode_count(decoder, 28);
    tf_extent *extents = tf_decoder_room(decoder, count, sizeof *extents);
    module->extents = extents;
    for (uint32_t i = 0; i < count && !decoder->failed; i++) {
        tf_extent *extent = &extents[i];
        extent->memory = tf_decode_index(decoder, module->memory_count);
        extent->at = tf_decode_8(decoder);
        extent->source = tf_decode_8(decoder);
        extent->length = tf_decode_8(decoder);
        tf_decoder_check(decoder, is_in_image(payload, extent->source, extent->length) &&
                                      (extent->at | extent->source | extent->length) % page == 0);
        /* The runtime looks whether the last page lies in its memory; here, that none overlaps. */
        const tf_extent *before = i > 0 && extents[i - 1].memory == extent->memory ? &extents[i - 1] : NULL;
        tf_decoder_check(decoder, i == 0 || extents[i - 1].memory <= extent->memory);
        tf_decoder_check(decoder, !before || (before->at <= extent->at && before->length <= extent->at - before->at));
        extent->source += payload->image_offset;
    }
}

void tf_decode_segments(tf_decoder *decoder, tf_module *module, const tf_payload *payload) {
    element_segments(decoder, module);
    data_segments(decoder, module, payload);
    extents(decoder, module, payload);
}
