/* heap.c: allocation. A bump within a run of free slots; runs come from blocks that the last collection left holes
 * in, then from new blocks. Large objects are allocated one by one. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tf_heap_parts.h"

/* Between two collections at least this much is allocated. */
static const uint64_t least_threshold = 1024 * 1024;

/* If a store leaves that many bytes of large objects, malloc has to give its free pages back: takes milliseconds. */
static const uint64_t trimmed_bytes = 16 * 1024 * 1024;

/* A run is cleared when it is taken: small enough to be in the cache when its slots are used. */
static const uint32_t longest_run = 4096;

/* --- Size classes: every granule up to 16, then four per power of two --- */

static uint32_t class_of(uint32_t granules) {
    if (granules <= 16) return granules - 1;
    uint32_t logarithm = 31 - (uint32_t)__builtin_clz(granules - 1);
    return 16 + (logarithm - 4) * 4 + ((granules - 1) >> (logarithm - 2) & 3);
}

static uint32_t slot_of(uint32_t class) {
    if (class < 16) return (class + 1) * TF_GRANULE;
    return (class % 4 + 5) << ((class - 16) / 4 + 6);
}

_Static_assert(sizeof(tf_block) % TF_GRANULE == 0 && sizeof(tf_large) % TF_GRANULE == 0 &&
                   sizeof(tf_object) == TF_GRANULE,
               "objects are aligned to granules");

/* --- Runs --- */

/* The next free slots of the current block, if it has any left. */
static bool take_run_of_block(tf_heap *heap, tf_size_class *class, tf_block *block) {
    uint32_t slot = block->slot, last = TF_BLOCK_BYTES - slot, start = class->at;
    while (start <= last && tf_block_is_marked(block, start)) start += slot;
    uint32_t end = start;
    while (end <= last && end - start < longest_run && !tf_block_is_marked(block, end)) end += slot;
    class->at = end;
    if (start == end) return false;
    if (start < block->used) memset((char *)block + start, 0, (end < block->used ? end : block->used) - start);
    if (end > block->used) block->used = end;
    class->next = (char *)block + start;
    class->end = (char *)block + end;
    heap->allocated += end - start;
    return true;
}

static void use_block(tf_size_class *class, tf_block *block) {
    block->next = class->blocks;
    class->blocks = block;
    class->current = block;
    class->at = TF_FIRST_SLOT;
}

static bool take_run(tf_heap *heap, tf_size_class *class) {
    for (;;) {
        if (class->current && take_run_of_block(heap, class, class->current)) return true;
        tf_block *block = class->holes;
        if (!block) return false;
        class->holes = block->next;
        use_block(class, block);
    }
}

static bool add_block(tf_store *store, tf_size_class *class, uint32_t slot) {
    if (store->limits.memory_bytes < TF_BLOCK_BYTES) return false;
    tf_block *block = tf_block_take();
    if (!block) return false;
    store->limits.memory_bytes -= TF_BLOCK_BYTES;
    store->heap->footprint += TF_BLOCK_BYTES;
    block->slot = slot;
    block->used = TF_FIRST_SLOT;
    use_block(class, block);
    return true;
}

/* --- Allocation --- */

static tf_heap *heap_of(tf_store *store) {
    if (store->heap) return store->heap;
    store->heap = tf_store_allocate(store, sizeof *store->heap);
    if (store->heap) {
        store->heap->threshold = least_threshold;
    } else {
        tf_store_set_message(store, "the host has no memory for a heap");
    }
    return store->heap;
}

static void collect(tf_store *store) {
    tf_heap *heap = store->heap;
    if (heap->is_pinned) return;
    tf_heap_collect(store);
    heap->threshold = heap->live > least_threshold ? heap->live : least_threshold;
}

/* `bytes` were not to be had. */
static void report_full(tf_store *store, uint64_t bytes) {
    char message[TF_MESSAGE_SIZE];
    if (bytes <= store->limits.memory_bytes) {
        tf_store_set_message(store, "the host has no memory left for the garbage-collected heap");
        return;
    }
    store->limits_reached |= TF_LIMIT_MEMORY;
    snprintf(message, sizeof message,
             "the garbage-collected heap is full: it and the memories may take %llu bytes together, %llu are free; "
             "raise the limit on memory if the program needs more",
             (unsigned long long)store->memory_limit, (unsigned long long)store->limits.memory_bytes);
    tf_store_set_message(store, message);
}

static tf_object *allocate_slow(tf_store *store, tf_heap *heap, tf_size_class *class, uint32_t slot) {
    bool is_due = heap->allocated >= heap->threshold;
    if (is_due) collect(store);
    if (!take_run(heap, class) && !(add_block(store, class, slot) && take_run(heap, class))) {
        if (!is_due) collect(store);
        if (!take_run(heap, class) && !(add_block(store, class, slot) && take_run(heap, class))) {
            report_full(store, TF_BLOCK_BYTES);
            return NULL;
        }
    }
    tf_object *object = (tf_object *)class->next;
    class->next += slot;
    return object;
}

static bool has_room(const tf_store *store, uint64_t bytes) { return bytes <= store->limits.memory_bytes; }

static tf_object *allocate_large(tf_store *store, tf_heap *heap, uint64_t size) {
    uint64_t bytes = sizeof(tf_large) + size;
    bool is_possible = bytes <= store->limits.memory_bytes + heap->footprint;
    if (heap->allocated >= heap->threshold || (is_possible && !has_room(store, bytes))) collect(store);
    tf_large *large = has_room(store, bytes) ? calloc(1, bytes) : NULL;
    if (!large) {
        report_full(store, bytes);
        return NULL;
    }
    store->limits.memory_bytes -= bytes;
    heap->footprint += bytes;
    heap->allocated += bytes;
    large->bytes = bytes;
    large->next = heap->large;
    heap->large = large;
    tf_object *object = (tf_object *)(large + 1);
    object->size = TF_OBJECT_LARGE;
    return object;
}

static tf_object *allocate(tf_store *store, uint64_t bytes) {
    tf_heap *heap = heap_of(store);
    if (!heap) return NULL;
    uint64_t size = (bytes + TF_GRANULE - 1) & ~(uint64_t)(TF_GRANULE - 1);
#ifdef TF_COLLECT_ALWAYS
    collect(store);
    return allocate_large(store, heap, size);
#endif
    if (size > TF_LARGEST_SLOT) return allocate_large(store, heap, size);
    uint32_t index = class_of((uint32_t)size / TF_GRANULE), slot = slot_of(index);
    tf_size_class *class = &heap->classes[index];
    if (class->next == class->end) return allocate_slow(store, heap, class, slot);
    tf_object *object = (tf_object *)class->next;
    class->next += slot;
    return object;
}

tf_object *tf_structure_allocate(tf_store *store, const tf_type *type) {
    tf_object *object = allocate(store, type->size);
    if (object) object->type = type->id;
    return object;
}

tf_object *tf_array_allocate(tf_store *store, const tf_type *type, uint32_t length) {
    tf_object *object = allocate(store, sizeof *object + (uint64_t)length * type->size);
    if (!object) return NULL;
    object->type = type->id;
    object->length = length;
    return object;
}

tf_exception *tf_exception_allocate(tf_store *store, tf_tag *tag) {
    if (!heap_of(store)) return NULL;
    store->heap->thrown = tag;
    tf_exception *exception = (tf_exception *)allocate(store, sizeof *exception + tag->cells * sizeof(uint64_t));
    store->heap->thrown = NULL;
    if (!exception) return NULL;
    exception->head.type = TF_EXCEPTION_TYPE;
    exception->tag = tag;
    return exception;
}

tf_trap tf_heap_trap(const tf_store *store) { return store->interrupted ? TF_TRAP_DEADLINE : TF_TRAP_OUT_OF_MEMORY; }

void tf_heap_pin(tf_store *store, bool is_pinned) {
    tf_heap *heap = heap_of(store);
    if (heap) heap->is_pinned = is_pinned;
}

void tf_store_collect(tf_store *store) {
    if (store->heap) collect(store);
}

uint64_t tf_store_heap_bytes(const tf_store *store) { return store->heap ? store->heap->footprint : 0; }

static void give_all(tf_block *block) {
    while (block) {
        tf_block *next = block->next;
        tf_block_give(block, block->used);
        block = next;
    }
}

void tf_heap_destroy(tf_store *store) {
    tf_heap *heap = store->heap;
    if (!heap) return;
    for (uint32_t i = 0; i < TF_SIZE_CLASSES; i++) {
        give_all(heap->classes[i].blocks);
        give_all(heap->classes[i].holes);
    }
    uint64_t freed = 0;
    for (tf_large *large = heap->large, *next; large; large = next) {
        next = large->next;
        freed += large->bytes;
        free(large);
    }
    /* What one request filled is not to be kept by the thread's arena until the next one like it. */
    if (freed >= trimmed_bytes) malloc_trim(0);
    store->heap = NULL;
}
