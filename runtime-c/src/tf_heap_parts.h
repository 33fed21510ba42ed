/* tf_heap_parts.h: what a heap consists of; for heap.c, heap_collect.c and heap_roots.c. */
#ifndef TF_HEAP_PARTS_H
#define TF_HEAP_PARTS_H

#include "tf_block.h"
#include "tf_heap.h"

/* Everything is placed in units of 16 bytes. Objects above the largest slot are allocated one by one. */
enum { TF_GRANULE = 16, TF_LARGEST_SLOT = 2048, TF_SIZE_CLASSES = 28 };

/* A block of slots of one size. */
typedef struct tf_block {
    struct tf_block *next;  /* of its class */
    uint32_t slot;          /* bytes */
    uint32_t live;          /* marked slots */
    uint32_t used;          /* behind this offset nothing was ever handed out: zero */
    uint32_t reserved[3];
    uint64_t marks[TF_BLOCK_BYTES / TF_GRANULE / 64]; /* per granule, at the first of a slot; of the last collection */
    _Alignas(TF_GRANULE) char slots[];
} tf_block;

typedef struct tf_size_class {
    char *next, *end;  /* what is left of the run of free slots in use; all zero */
    tf_block *current; /* where runs come from; one of `blocks`, or NULL */
    uint32_t at;       /* in `current`: slots before are taken */
    tf_block *blocks;  /* all whose free slots are taken since the last collection */
    tf_block *holes;   /* all others */
} tf_size_class;

/* In front of a large object. */
typedef struct tf_large {
    struct tf_large *next;
    uint64_t bytes;     /* with this head */
    uint64_t is_marked;
    uint64_t reserved;
} tf_large;

typedef struct tf_heap {
    tf_size_class classes[TF_SIZE_CLASSES];
    tf_large *large;
    uint64_t allocated; /* bytes since the last collection */
    uint64_t threshold; /* of `allocated`, when to collect */
    uint64_t live;      /* bytes found by the last collection */
    uint64_t footprint; /* bytes of the host's memory: taken from the store's limit */
    tf_object *gray;    /* marked, not yet looked into; linked through their heads */
    tf_tag *thrown;     /* while an exception for the values in the scratch area is allocated */
    bool is_pinned;
} tf_heap;

/* With TF_COLLECT_ALWAYS every allocation collects, and every object is one of its own that is filled with this when
 * it is freed: whoever uses one that no root led to reads nonsense, and a collector that follows it faults, or is
 * found by AddressSanitizer. `scripts/test-sanitized --collect-always` builds so. */
#define TF_POISON 0xE4

/* Set in tf_object.size, which otherwise holds the upper half of a link of the gray list, mark the lower. */
#define TF_OBJECT_LARGE 0x80000000u

static inline tf_block *tf_block_of(const void *slot) {
    return (tf_block *)((uintptr_t)slot & ~(uintptr_t)(TF_BLOCK_BYTES - 1));
}

static inline tf_large *tf_large_of(const tf_object *object) { return (tf_large *)object - 1; }

static inline uint32_t tf_block_offset(const void *slot) { return (uint32_t)((uintptr_t)slot & (TF_BLOCK_BYTES - 1)); }

static inline bool tf_block_is_marked(const tf_block *block, uint32_t offset) {
    return block->marks[offset / TF_GRANULE / 64] >> (offset / TF_GRANULE % 64) & 1;
}

/* Where a block's slots start. */
enum { TF_FIRST_SLOT = sizeof(tf_block) };

/* Marks the object that a reference leads to, if it leads to one. */
void tf_heap_mark(tf_heap *heap, const void *reference);

/* Marks what all roots lead to, one step far. */
void tf_heap_mark_roots(tf_store *store);

/* `cells` hold values of these types. */
void tf_heap_mark_cells(tf_heap *heap, const uint32_t *types, uint32_t count, const uint64_t *cells);

#endif
