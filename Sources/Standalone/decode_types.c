/* decode_types.c: the module's types, and the ids that they have in this process. CanonicalTypes.swift has the same
 * rules. */
#include <string.h>

#include "tf_standalone.h"

/* A recursive group on its way: types from `first` on, with the ids of all before. */
typedef struct group {
    uint32_t first, count;
    uint32_t *ids;
} group;

/* How a type of the group names another: by id if that is of an earlier group. */
static uint32_t relative(tf_decoder *decoder, const group *group, uint32_t index) {
    if (!tf_decoder_check(decoder, index < group->first + group->count)) return 1;
    return index < group->first ? group->ids[index] : TF_TYPE_RELATIVE + (index - group->first);
}

static uint32_t value_type(tf_decoder *decoder, const group *group) {
    uint32_t type = tf_decode_4(decoder);
    return type >> 9 ? relative(decoder, group, (type >> 9) - 1) << 9 | (type & 0x1FF) : type;
}

static const uint32_t *value_types(tf_decoder *decoder, const group *group, uint32_t *count) {
    *count = tf_decode_count(decoder, 4);
    uint32_t *types = tf_decoder_room(decoder, *count, sizeof *types);
    for (uint32_t i = 0; types && i < *count; i++) types[i] = value_type(decoder, group);
    return types;
}

static const tf_field *fields(tf_decoder *decoder, const group *group, uint32_t *count) {
    *count = tf_decode_count(decoder, 8);
    tf_field *fields = tf_decoder_room(decoder, *count, sizeof *fields);
    for (uint32_t i = 0; fields && i < *count; i++) {
        fields[i].type = value_type(decoder, group);
        fields[i].is_mutable = tf_decode_4(decoder);
    }
    return fields;
}

/* `supertype` is one more than the index, which is lower than the type's own. */
static void definition(tf_decoder *decoder, const group *group, uint32_t position, tf_type_definition *type) {
    type->kind = tf_decode_index(decoder, TF_TYPE_ARRAY + 1);
    type->is_final = tf_decode_4(decoder);
    uint32_t supertype = tf_decode_index(decoder, group->first + position + 1);
    if (supertype) type->supertype = relative(decoder, group, supertype - 1);
    type->parameters = value_types(decoder, group, &type->parameter_count);
    type->results = value_types(decoder, group, &type->result_count);
    type->fields = fields(decoder, group, &type->field_count);
    tf_decoder_check(decoder, type->kind != TF_TYPE_ARRAY || type->field_count == 1);
}

uint32_t tf_decode_type_count(tf_decoder *decoder) { return tf_decode_count(decoder, 24); }

void tf_decode_types(tf_decoder *decoder, tf_module *module) {
    uint32_t total = tf_decode_type_count(decoder);
    uint32_t *ids = tf_decoder_room(decoder, total, sizeof *ids);
    group group = {.ids = ids};
    while (!decoder->failed && group.first < total) {
        group.count = tf_decode_4(decoder);
        if (!tf_decoder_check(decoder, group.count > 0 && group.count <= total - group.first)) return;
        tf_type_definition *definitions = tf_decoder_room(decoder, group.count, sizeof *definitions);
        for (uint32_t i = 0; definitions && i < group.count; i++) definition(decoder, &group, i, &definitions[i]);
        if (decoder->failed) return;
        tf_decoder_check(decoder, tf_type_intern_group(definitions, group.count, ids + group.first));
        group.first += group.count;
    }
    module->type_ids = ids;
}

uint32_t tf_decode_value_type(tf_decoder *decoder, const uint32_t *ids, uint32_t count) {
    group all = {.first = count, .ids = (uint32_t *)ids};
    return value_type(decoder, &all);
}
