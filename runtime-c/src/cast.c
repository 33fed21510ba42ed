/* cast.c: what a reference refers to. All guest text: it only reads. */
#include "tf_guest_text.h"
#include "tf_heap.h"

/* The kind of what an untagged reference of other hierarchies than func's points to. */
static inline __attribute__((always_inline)) uint32_t object_kind(const tf_object *object) {
    const tf_type *type = tf_type_of(object->type);
    if (!type) return TF_HEAP_EXN;
    return type->kind == TF_TYPE_STRUCTURE ? TF_HEAP_STRUCT : TF_HEAP_ARRAY;
}

/* References of a hierarchy are only ever tested for types of it: `func`, `any`, `extern` and `exn` mean not null. */
static inline __attribute__((always_inline)) bool matches_abstract(const void *reference, uint32_t heap) {
    uintptr_t tag = (uintptr_t)reference & 3;
    switch (heap) {
    case TF_HEAP_FUNC:
    case TF_HEAP_ANY:
    case TF_HEAP_EXTERN:
    case TF_HEAP_EXN: return true;
    case TF_HEAP_EQ: return tag != 2;
    case TF_HEAP_I31: return tag & 1;
    case TF_HEAP_STRUCT:
    case TF_HEAP_ARRAY: return tag == 0 && object_kind(reference) == heap;
    default: return false;
    }
}

/* The type is the first member of functions and of objects. */
uint32_t TF_GUEST_TEXT tf_reference_test(tf_instance *instance, const void *reference, uint32_t target) {
    (void)instance;
    if (!reference) return (target & TF_NULLABLE) != 0;
    uint32_t id = tf_value_type_id(target);
    if (!id) return matches_abstract(reference, target & 0xFF);
    if ((uintptr_t)reference & 3) return false;
    uint32_t type = *(const uint32_t *)reference;
    return type == id || tf_type_descends(tf_type_of(type), tf_type_of(id));
}

uint32_t tf_reference_kind(const void *reference) {
    if (!reference) return TF_HEAP_NONE;
    uintptr_t tag = (uintptr_t)reference & 3;
    if (tag & 1) return TF_HEAP_I31;
    return tag ? TF_HEAP_EXTERN : object_kind(reference);
}
