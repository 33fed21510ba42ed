/* slot.c: the slots that threads keep. */
#define _GNU_SOURCE
#include "tf_slot.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "tf_thread.h"
#include "tf_watchdog.h"

/* A memory larger than this goes back to the kernel whole: where it accounts for every page that could be written, a
 * few of them idle would be too many. */
static const uint64_t kept_at_most = 64 * 1024 * 1024;

/* A process has only so many mappings (65,530 unless set otherwise), so an image of many pieces is not kept, and all
 * threads together keep only so many slots, of up to 20 mappings each. */
enum { most_pieces = 8, most_kept = 1600 };

/* Contents that lie within so much are written over by zeros when a slot goes to another module: it costs less than new
 * pages, and a thread that has many modules in turn needs few slots. */
static const uint64_t most_scrubbed = 16 * 1024;
static _Atomic(uint32_t) kept_count;

static _Atomic(uint32_t) slots_per_thread = TF_DEFAULT_SLOTS;

void tf_pool_set_slots(uint32_t count) {
    atomic_store(&slots_per_thread, count < TF_MOST_SLOTS ? count : TF_MOST_SLOTS);
}

/* --- A slot --- */

bool tf_slot_extend(uint8_t *base, uint64_t from, uint64_t to) {
    return to <= from || mprotect(base + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

/* No core dump holds what guests hold. Once per mapping, and each one anew: a mapping over another starts without. */
static bool leave_out_of_dumps(uint8_t *start, uint64_t bytes) {
    madvise(start, bytes, MADV_DONTDUMP);
    return true;
}

/* Nothing in [from, to) and no access. */
static bool empty(uint8_t *base, uint64_t from, uint64_t to) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (to <= from) return true;
    if (mmap(base + from, to - from, PROT_NONE, flags, -1, 0) == MAP_FAILED) return false;
    return leave_out_of_dumps(base + from, to - from);
}

static void release(uint8_t *base) { munmap(base, TF_RESERVATION_BYTES); }

static bool is_mapped(const tf_contents *contents) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < contents->count; i++) total += contents->extents[i].length;
    return total > TF_COPIED_IMAGE_BYTES;
}

static bool map_image(uint8_t *base, const tf_contents *contents) {
    for (uint32_t i = 0; i < contents->count; i++) {
        const tf_extent *extent = &contents->extents[i];
        if (mmap(base + extent->at, extent->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, contents->file,
                 (off_t)extent->source) == MAP_FAILED)
            return false;
        leave_out_of_dumps(base + extent->at, extent->length);
    }
    return true;
}

/* Puts contents into a slot of zeros. */
static bool fill(uint8_t *base, const tf_contents *contents) {
    if (is_mapped(contents)) return map_image(base, contents);
    for (uint32_t i = 0; i < contents->count; i++) {
        const tf_extent *extent = &contents->extents[i];
        memcpy(base + extent->at, contents->bytes + extent->source, extent->length);
    }
    return true;
}

/* Where the contents are, if writing zeros there is the way to get rid of them. */
static void remember_span(tf_slot *slot, const tf_contents *contents) {
    if (contents->count == 0 || is_mapped(contents)) return;
    const tf_extent *last = &contents->extents[contents->count - 1];
    uint64_t low = contents->extents[0].at, high = last->at + last->length;
    if (high - low > most_scrubbed || high > slot->accessible) return;
    slot->low = low;
    slot->high = high;
}

/* Makes a slot that holds a little one of zeros. */
static void scrub(tf_slot *slot) {
    memset(slot->base + slot->low, 0, slot->high - slot->low);
    slot->contents = slot->low = slot->high = 0;
}

/* --- A thread's slots --- */

static void lock(tf_slots *slots) {
    while (atomic_flag_test_and_set_explicit(&slots->lock, memory_order_acquire)) sched_yield();
}

static void unlock(tf_slots *slots) { atomic_flag_clear_explicit(&slots->lock, memory_order_release); }

/* With the lock held. */
static tf_slot remove_at(tf_slots *slots, uint32_t index) {
    tf_slot slot = slots->kept[index];
    slots->kept[index] = slots->kept[--slots->count];
    atomic_fetch_sub(&kept_count, 1);
    return slot;
}

/* How little has to be done to use a slot: 0 nothing, 1 fill it, perhaps after zeros, 2 change its protection, 3 make
 * it anew. */
static int effort(const tf_slot *slot, uint64_t accessible, uint64_t contents) {
    if (slot->contents == contents && slot->contents != 0 && slot->accessible == accessible) return 0;
    if (slot->contents != 0 && slot->low == slot->high) return 3;
    if (slot->accessible != accessible) return 2;
    return contents == 0 && slot->contents == 0 ? 0 : 1;
}

/* The slot with the least to do, the warmest of several. One that doesn't fit only if there is no room for more, and
 * then the coldest: modules that take turns get one each. */
static bool take_kept(tf_slots *slots, uint64_t accessible, uint64_t contents, tf_slot *taken) {
    uint32_t best = 0;
    int least = 4;
    lock(slots);
    for (uint32_t i = 0; i < slots->count; i++) {
        int each = effort(&slots->kept[i], accessible, contents);
        bool is_newer = slots->kept[i].given > slots->kept[best].given;
        if (each > least || (each == least && is_newer != (each < 2))) continue;
        best = i;
        least = each;
    }
    bool found = least < 2 || (least < 4 && slots->count >= atomic_load(&slots_per_thread));
    if (found) *taken = remove_at(slots, best);
    unlock(slots);
    return found;
}

static bool take_new(tf_slot *taken) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *base = mmap(NULL, TF_RESERVATION_BYTES, PROT_NONE, flags, -1, 0);
    *taken = (tf_slot){.base = base};
    return base != MAP_FAILED && leave_out_of_dumps(base, TF_RESERVATION_BYTES);
}

/* Makes a slot that holds something, or nothing, into one of so many zeros. */
static bool resize(tf_slot *slot, uint64_t accessible) {
    if (slot->low < slot->high) scrub(slot);
    if (slot->contents != 0) {
        if (!empty(slot->base, 0, slot->accessible)) return false;
        slot->contents = slot->accessible = 0;
    }
    if (slot->accessible > accessible) return empty(slot->base, accessible, slot->accessible);
    return tf_slot_extend(slot->base, slot->accessible, accessible);
}

static uint8_t *take(uint64_t accessible, const tf_contents *contents) {
    tf_thread *thread = tf_thread_current();
    tf_slot slot;
    if (!(thread && take_kept(&thread->slots, accessible, contents->id, &slot)) && !take_new(&slot)) return NULL;
    if (effort(&slot, accessible, contents->id) == 0) return slot.base;
    if (resize(&slot, accessible) && fill(slot.base, contents)) return slot.base;
    release(slot.base);
    return NULL;
}

/* Where the kernel refuses, what all threads keep may be what is too much. */
uint8_t *tf_slot_take(uint64_t accessible, const tf_contents *contents) {
    uint8_t *base = take(accessible, contents);
    return base || tf_pool_trim(-1) == 0 ? base : take(accessible, contents);
}

/* Adds a slot, in place of the one that was used least recently if there is no room. */
static void keep(tf_slots *slots, tf_slot slot) {
    tf_slot evicted = {0};
    uint32_t most = atomic_load(&slots_per_thread);
    lock(slots);
    if (slots->count >= most && slots->count > 0) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < slots->count; i++) {
            if (slots->kept[i].given < slots->kept[oldest].given) oldest = i;
        }
        evicted = remove_at(slots, oldest);
    }
    bool kept = slots->count < most && atomic_fetch_add(&kept_count, 1) < most_kept;
    if (slots->count < most && !kept) atomic_fetch_sub(&kept_count, 1);
    if (kept) slots->kept[slots->count++] = slot;
    unlock(slots);
    if (evicted.base) release(evicted.base);
    if (!kept) release(slot.base);
}

void tf_slot_give(uint8_t *base, uint64_t accessible, uint64_t extended, const tf_contents *contents) {
    tf_thread *thread = tf_this_thread;
    tf_slot slot = {.base = base, .accessible = accessible, .contents = contents->id};
    bool good = thread && atomic_load(&slots_per_thread) > 0 && empty(base, accessible, extended);
    bool has_pieces = contents->count > most_pieces && is_mapped(contents);
    if (good && (has_pieces || accessible > kept_at_most)) {
        good = empty(base, 0, accessible);
        slot.accessible = slot.contents = 0;
    } else if (good) {
        remember_span(&slot, contents);
        good = tf_restore(base, accessible, contents, is_mapped(contents));
    }
    if (!good) {
        release(base);
        return;
    }
    slot.given = tf_now();
    keep(&thread->slots, slot);
}

void tf_slots_release(tf_slots *slots) {
    lock(slots);
    uint32_t count = slots->count;
    slots->count = 0;
    atomic_fetch_sub(&kept_count, count);
    unlock(slots);
    for (uint32_t i = 0; i < count; i++) release(slots->kept[i].base);
}

/* --- All threads' slots --- */

/* Takes away one slot that was given back before `before`, or that holds `contents` if that isn't 0. */
static bool drop_one(tf_slots *slots, int64_t before, uint64_t image) {
    tf_slot dropped = {0};
    lock(slots);
    for (uint32_t i = 0; i < slots->count && !dropped.base; i++) {
        const tf_slot *slot = &slots->kept[i];
        if (slot->given < before || (image && slot->contents >> TF_MEMORY_BITS == image)) dropped = remove_at(slots, i);
    }
    unlock(slots);
    if (dropped.base) release(dropped.base);
    return dropped.base != NULL;
}

size_t tf_pool_trim(int64_t idle_ns) {
    int64_t before = tf_now() - idle_ns;
    size_t dropped = 0;
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) {
        while (drop_one(&thread->slots, before, 0)) dropped++;
    }
    return dropped;
}

void tf_pool_forget(uint64_t image) {
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) {
        while (drop_one(&thread->slots, INT64_MIN, image)) {}
    }
}

size_t tf_pool_idle(void) {
    size_t count = 0;
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) {
        lock(&thread->slots);
        count += thread->slots.count;
        unlock(&thread->slots);
    }
    return count;
}

uint64_t tf_image_new(void) {
    static _Atomic(uint64_t) last;
    return atomic_fetch_add(&last, 1) + 1;
}
