/* heap_collect.c: marking and sweeping.
 *
 * Marking needs no memory of its own and no stack: an object is put on the gray list when it is marked, once, and
 * the list's links lie in the objects' heads. Sweeping looks at the blocks' mark bits only: a block without any is
 * given back, the others' free slots are found when they are needed (take_run).
 *
 * The deadline ends a collection that is under way: then nothing is freed, and no old slot used until the next. */
#include <stdlib.h>
#include <string.h>

#include "tf_heap_parts.h"

/* Between two looks at the deadline. */
static const uint32_t references_at_once = 16 * 1024;

/* --- Marking --- */

static void set_link(tf_object *object, const tf_object *next) {
    object->mark = (uint32_t)(uintptr_t)next;
    object->size = (object->size & TF_OBJECT_LARGE) | (uint32_t)((uintptr_t)next >> 32);
}

static tf_object *link_of(const tf_object *object) {
    return (tf_object *)((uintptr_t)(object->size & ~TF_OBJECT_LARGE) << 32 | object->mark);
}

/* False: it was marked. */
static bool set_mark(tf_heap *heap, tf_object *object) {
    if (object->size & TF_OBJECT_LARGE) {
        tf_large *large = tf_large_of(object);
        if (large->is_marked) return false;
        large->is_marked = true;
        heap->live += large->bytes;
        return true;
    }
    tf_block *block = tf_block_of(object);
    uint32_t granule = tf_block_offset(object) / TF_GRANULE;
    uint64_t bit = UINT64_C(1) << granule % 64;
    if (block->marks[granule / 64] & bit) return false;
    block->marks[granule / 64] |= bit;
    block->live++;
    heap->live += block->slot;
    return true;
}

static bool has_references(const tf_object *object) {
    const tf_type *type = tf_type_of(object->type);
    return !type || type->reference_count > 0; /* NULL: an exception */
}

void tf_heap_mark(tf_heap *heap, const void *reference) {
    if (!reference || (uintptr_t)reference & 3) return;
    tf_object *object = (tf_object *)reference;
    if (!set_mark(heap, object) || !has_references(object)) return;
    set_link(object, heap->gray);
    heap->gray = object;
}

void tf_heap_mark_cells(tf_heap *heap, const uint32_t *types, uint32_t count, const uint64_t *cells) {
    for (uint32_t i = 0; i < count; cells += tf_storage_cells(types[i]), i++) {
        if (tf_value_type_is_traced(types[i])) tf_heap_mark(heap, (const void *)(uintptr_t)*cells);
    }
}

/* False: the time is up. */
static bool mark_elements(const tf_store *store, const tf_object *array) {
    void *const *elements = (void *const *)(array + 1);
    for (uint32_t i = 0; i < array->length; i++) {
        tf_heap_mark(store->heap, elements[i]);
        if (i % references_at_once == references_at_once - 1 && store->interrupted) return false;
    }
    return true;
}

/* Marks what an object refers to. False: the time is up. */
static bool trace(const tf_store *store, const tf_object *object) {
    const tf_type *type = tf_type_of(object->type);
    if (!type) {
        const tf_exception *exception = (const tf_exception *)object;
        tf_signature values = tf_type_signature(exception->tag->type);
        tf_heap_mark_cells(store->heap, values.parameters, values.parameter_count, exception->payload);
        return true;
    }
    if (type->kind == TF_TYPE_ARRAY) return mark_elements(store, object);
    for (uint32_t i = 0; i < type->reference_count; i++)
        tf_heap_mark(store->heap, *(void *const *)((const char *)object + type->references[i]));
    return true;
}

static bool trace_all(const tf_store *store) {
    tf_heap *heap = store->heap;
    for (uint32_t count = 1; heap->gray; count++) {
        const tf_object *object = heap->gray;
        heap->gray = link_of(object);
        if (!trace(store, object) || (count % references_at_once == 0 && store->interrupted)) return false;
    }
    return true;
}

/* --- Sweeping --- */

static void clear_block(tf_block *block) {
    memset(block->marks, 0, sizeof block->marks);
    block->live = 0;
}

/* Leaves no slot to be handed out. */
static void clear_marks(tf_heap *heap) {
    for (uint32_t i = 0; i < TF_SIZE_CLASSES; i++) {
        tf_size_class *class = &heap->classes[i];
        tf_block **link = &class->blocks;
        while (*link) {
            clear_block(*link);
            link = &(*link)->next;
        }
        *link = class->holes;
        for (tf_block *block = class->holes; block; block = block->next) clear_block(block);
        class->holes = class->current = NULL;
        class->next = class->end = NULL;
    }
    for (tf_large *large = heap->large; large; large = large->next) large->is_marked = false;
    heap->live = 0;
    heap->gray = NULL;
}

static void give_back(tf_store *store, uint64_t bytes) {
    store->limits.memory_bytes += bytes;
    store->heap->footprint -= bytes;
}

static void sweep_class(tf_store *store, tf_size_class *class) {
    tf_block **link = &class->blocks;
    while (*link) {
        tf_block *block = *link;
        if (block->live > 0) {
            link = &block->next;
            continue;
        }
        *link = block->next;
        tf_block_give(block, block->used);
        give_back(store, TF_BLOCK_BYTES);
    }
    class->holes = class->blocks;
    class->blocks = NULL;
}

static void sweep_large(tf_store *store) {
    tf_large **link = &store->heap->large;
    while (*link) {
        tf_large *large = *link;
        if (large->is_marked) {
            link = &large->next;
            continue;
        }
        *link = large->next;
        give_back(store, large->bytes);
#ifdef TF_COLLECT_ALWAYS
        memset(large + 1, TF_POISON, large->bytes - sizeof *large);
#endif
        free(large);
    }
}

void tf_heap_collect(tf_store *store) {
    tf_heap *heap = store->heap;
    if (!heap) return;
    clear_marks(heap);
    tf_heap_mark_roots(store);
    if (!trace_all(store)) {
        heap->gray = NULL;
        heap->allocated = heap->threshold; /* due again, once there is time */
        return;
    }
    for (uint32_t i = 0; i < TF_SIZE_CLASSES; i++) sweep_class(store, &heap->classes[i]);
    sweep_large(store);
    heap->allocated = 0;
}
