/* subtype.c: which types' values are values of which other types.
 * https://webassembly.github.io/spec/core/valid/matching.html */
#include "tf_types.h"

bool tf_type_is_subtype(uint32_t id, uint32_t of) {
    return id == of || tf_type_descends(tf_type_of(id), tf_type_of(of));
}

uint32_t tf_storage_size(uint32_t type) {
    switch (type) {
    case 0x78: return 1; /* i8 */
    case 0x77: return 2; /* i16 */
    case 0x7F:           /* i32 */
    case 0x7D: return 4; /* f32 */
    case TF_V128: return 16;
    default: return 8;
    }
}

static bool is_reference(uint32_t type) { return type > 0xFF || (type >= TF_HEAP_EXN && type <= TF_HEAP_NOEXN); }

/* The abstract heap type right above a type; an abstract one's own code. */
static uint32_t abstract(uint32_t type) {
    const tf_type *concrete = tf_type_of(tf_value_type_id(type));
    if (!concrete) return type & 0xFF;
    switch (concrete->kind) {
    case TF_TYPE_STRUCTURE: return TF_HEAP_STRUCT;
    case TF_TYPE_ARRAY: return TF_HEAP_ARRAY;
    default: return TF_HEAP_FUNC;
    }
}

bool tf_value_type_is_traced(uint32_t type) {
    if (!is_reference(type)) return false;
    uint32_t heap = abstract(type);
    return heap != TF_HEAP_FUNC && heap != TF_HEAP_NOFUNC;
}

/* The bottom type of an abstract heap type's hierarchy. */
static uint32_t bottom_of(uint32_t heap) {
    switch (heap) {
    case TF_HEAP_FUNC:
    case TF_HEAP_NOFUNC: return TF_HEAP_NOFUNC;
    case TF_HEAP_EXTERN:
    case TF_HEAP_NOEXTERN: return TF_HEAP_NOEXTERN;
    case TF_HEAP_EXN:
    case TF_HEAP_NOEXN: return TF_HEAP_NOEXN;
    default: return TF_HEAP_NONE;
    }
}

/* `wanted` is no bottom type. */
static bool abstract_matches(uint32_t heap, uint32_t wanted) {
    if (heap == wanted) return true;
    bool is_eq = heap == TF_HEAP_I31 || heap == TF_HEAP_STRUCT || heap == TF_HEAP_ARRAY;
    if (wanted == TF_HEAP_EQ) return is_eq;
    return wanted == TF_HEAP_ANY && (is_eq || heap == TF_HEAP_EQ);
}

bool tf_value_type_matches(uint32_t type, uint32_t wanted) {
    if (type == wanted) return true;
    if (!is_reference(type) || !is_reference(wanted)) return false;
    if ((type & TF_NULLABLE) && !(wanted & TF_NULLABLE)) return false;
    uint32_t id = tf_value_type_id(type), wanted_id = tf_value_type_id(wanted);
    uint32_t heap = abstract(type), above = abstract(wanted);
    if (!id && heap == bottom_of(above)) return true;
    if (wanted_id) return id && tf_type_is_subtype(id, wanted_id);
    return abstract_matches(heap, above);
}
