/* tf_slot.h: address space for memories, kept by threads between one guest and the next.
 *
 * A slot is TF_RESERVATION_BYTES of address space whose first part is accessible and holds what a memory holds before
 * its guest runs; the rest faults. A thread keeps the slots of the guests that ended on it, each with the contents of
 * its memory as new, so that the next guest of the same module finds everything in place. Nothing that a guest wrote
 * is ever in a slot that is kept: that is a boundary between tenants.
 */
#ifndef TF_SLOT_H
#define TF_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tf_runtime.h"

#define TF_PAGE UINT64_C(65536)

/* A 32-bit address plus a 32-bit offset plus the widest access stays within. */
#define TF_RESERVATION_BYTES ((UINT64_C(8) << 30) + TF_PAGE)

/* Of a tf_contents.id: which of the module's memories; above it the number of the image. */
#define TF_MEMORY_BITS 7

/* What a memory holds before its guest runs: runs of an image, and zeros elsewhere. */
typedef struct tf_contents {
    uint64_t id;              /* no two contents have the same, not even one after the other; 0: zeros only */
    const tf_extent *extents; /* ascending */
    uint32_t count;
    int file;                 /* the image */
    const uint8_t *bytes;     /* the image, mapped */
} tf_contents;

typedef struct tf_slot {
    uint8_t *base;
    uint64_t accessible; /* bytes that are readable and writable */
    uint64_t contents;   /* tf_contents.id */
    uint64_t low, high;  /* it is zeros but for [low, high), if that is little and was copied; else low == high */
    int64_t given;       /* when it came back */
} tf_slot;

/* The slots that a thread keeps. */
typedef struct tf_slots {
    atomic_flag lock; /* held for a few instructions: trimming is another thread's */
    uint32_t count;
    tf_slot kept[TF_MOST_SLOTS];
} tf_slots;

/* The base of a slot whose first `accessible` bytes, a multiple of TF_PAGE, are readable and writable and hold
 * `contents`. One that this thread keeps, or a new one. NULL: none to be had. */
uint8_t *tf_slot_take(uint64_t accessible, const tf_contents *contents);

/* Makes [from, to) accessible; both multiples of TF_PAGE. False: the host refused, nothing changed. */
bool tf_slot_extend(uint8_t *base, uint64_t from, uint64_t to);

/* Takes a slot back that was taken with `accessible` and `contents` and has `extended` accessible bytes now, to be kept
 * by this thread or not. */
void tf_slot_give(uint8_t *base, uint64_t accessible, uint64_t extended, const tf_contents *contents);

/* Unmaps all slots of a thread that ends. */
void tf_slots_release(tf_slots *slots);

/* Puts the first `accessible` bytes of a slot back to `contents`, whatever was written there. `is_mapped`: the image is
 * mapped there, not copied. False: the host refused, and there may be anything. */
bool tf_restore(uint8_t *base, uint64_t accessible, const tf_contents *contents, bool is_mapped);

/* Writes what [from, to) holds at first. */
void tf_write_contents(uint8_t *base, uint64_t from, uint64_t to, const tf_contents *contents);

#endif
