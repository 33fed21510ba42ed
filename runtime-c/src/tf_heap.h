/* tf_heap.h: the garbage-collected heap of a store. README.md says how it works. */
#ifndef TF_HEAP_H
#define TF_HEAP_H

#include "tf_store.h"
#include "tf_types.h"

/* A new object, all zero but for its type (and length). Everything that is in no root may be gone afterwards. NULL:
 * no room, with a message in the store; tf_heap_trap says what to raise. */
tf_object *tf_structure_allocate(tf_store *store, const tf_type *type);
tf_object *tf_array_allocate(tf_store *store, const tf_type *type, uint32_t length);

/* The same for an exception whose payload waits in the scratch area, which is a root meanwhile. It is not copied. */
tf_exception *tf_exception_allocate(tf_store *store, tf_tag *tag);

/* Why an allocation failed: the heap is full, or the time was up before a collection was done. */
tf_trap tf_heap_trap(const tf_store *store);

/* While it is set, allocations don't collect, so that references may be where no root is. */
void tf_heap_pin(tf_store *store, bool is_pinned);

/* Frees what no root leads to. */
void tf_heap_collect(tf_store *store);

void tf_heap_destroy(tf_store *store);

/* tf_api.ref_test. */
uint32_t tf_reference_test(tf_instance *instance, const void *reference, uint32_t target);

/* Fills in the group "objects". */
void tf_set_object_functions(tf_api *api);

#endif
