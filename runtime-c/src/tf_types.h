/* tf_types.h: canonical types, as the collector, casts and the operations on objects look them up. */
#ifndef TF_TYPES_H
#define TF_TYPES_H

#include <stdatomic.h>

#include "tf_runtime.h"

/* Never changed, never freed. What its value types and `ancestors` name are canonical ids. */
typedef struct tf_type {
    uint32_t id;
    uint32_t kind;             /* tf_type_kind */
    uint32_t depth;            /* number of its supertypes */
    uint32_t size;             /* structure: of an object, header included; array: of an element; function: 0 */
    uint32_t field_count;      /* of an array: 1 */
    uint32_t reference_count;  /* structure: of `references`; array: whether the collector follows its elements */
    const uint32_t *ancestors; /* depth + 1 ids: the outermost supertype first, the type itself last */
    const tf_field *fields;
    const uint32_t *offsets;    /* structure: of each field in an object */
    const uint32_t *references; /* structure: offsets of the fields that the collector follows */
    tf_signature signature;     /* all zero: no function */
} tf_type;

enum { TF_TYPE_CHUNK_SHIFT = 10, TF_TYPE_CHUNK = 1 << TF_TYPE_CHUNK_SHIFT };

typedef struct tf_type_chunk {
    _Atomic(const tf_type *) types[TF_TYPE_CHUNK];
} tf_type_chunk;

extern _Atomic(tf_type_chunk *) tf_type_chunks[TF_TYPE_RELATIVE >> TF_TYPE_CHUNK_SHIFT];

/* The type behind an id, NULL if there is none. Takes no lock: guest text uses it. */
static inline __attribute__((always_inline)) const tf_type *tf_type_of(uint32_t id) {
    if (id >= TF_TYPE_RELATIVE) return NULL;
    tf_type_chunk *chunk = atomic_load_explicit(&tf_type_chunks[id >> TF_TYPE_CHUNK_SHIFT], memory_order_acquire);
    return chunk ? atomic_load_explicit(&chunk->types[id & (TF_TYPE_CHUNK - 1)], memory_order_acquire) : NULL;
}

static inline __attribute__((always_inline)) bool tf_type_descends(const tf_type *type, const tf_type *from) {
    return type && from && from->depth <= type->depth && type->ancestors[from->depth] == from->id;
}

/* Codes of abstract heap types. */
enum {
    TF_HEAP_EXN = 0x69, TF_HEAP_ARRAY, TF_HEAP_STRUCT, TF_HEAP_I31, TF_HEAP_EQ, TF_HEAP_ANY, TF_HEAP_EXTERN,
    TF_HEAP_FUNC, TF_HEAP_NONE, TF_HEAP_NOEXTERN, TF_HEAP_NOFUNC, TF_HEAP_NOEXN,
};
#define TF_NULLABLE 0x100u

/* The canonical id that a value type refers to, 0 if it is no concrete reference. */
static inline __attribute__((always_inline)) uint32_t tf_value_type_id(uint32_t type) { return type >> 9; }

/* Whether values of the type may be objects, so that the collector has to look at them: references of all
 * hierarchies but func's. */
bool tf_value_type_is_traced(uint32_t type);

/* The bytes that a storage type takes in an object, and the cells on an operand stack. */
uint32_t tf_storage_size(uint32_t type);
static inline uint32_t tf_storage_cells(uint32_t type) { return type == TF_V128 ? 2 : 1; }

#endif
