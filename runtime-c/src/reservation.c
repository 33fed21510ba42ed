#define _GNU_SOURCE
#include "tf_reservation.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

/* Address space is plenty; each pooled one costs the kernel a mapping or two. */
enum { pool_size = 64 };

typedef struct pooled {
    uint8_t *base;
    uint64_t accessible; /* bytes that are readable, writable and zero */
} pooled;

static pooled pool[pool_size];
static int pool_count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Up to this much stays accessible in the pool, so that taking it again needs no system call. */
static const uint64_t keep_accessible = 16 * 1024 * 1024;

static bool take_pooled(pooled *taken) {
    pthread_mutex_lock(&mutex);
    bool found = pool_count > 0;
    if (found) *taken = pool[--pool_count];
    pthread_mutex_unlock(&mutex);
    return found;
}

bool tf_reservation_extend(uint8_t *base, uint64_t from, uint64_t to) {
    return to <= from || mprotect(base + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

uint8_t *tf_reservation_take(uint64_t accessible) {
    pooled taken = {0};
    if (!take_pooled(&taken)) {
        void *base = mmap(NULL, TF_RESERVATION_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base == MAP_FAILED) return NULL;
        taken.base = base;
    }
    bool fits = taken.accessible <= accessible
                    ? tf_reservation_extend(taken.base, taken.accessible, accessible)
                    : mprotect(taken.base + accessible, taken.accessible - accessible, PROT_NONE) == 0;
    if (fits) return taken.base;
    munmap(taken.base, TF_RESERVATION_BYTES);
    return NULL;
}

/* Up to this much is written over: a system call that takes pages away has to tell every processor. */
static const uint64_t clear_by_hand = 256 * 1024;

/* Zeros in place of what was written. Returns how many bytes stay accessible, or UINT64_MAX: failed. */
static uint64_t clear(uint8_t *base, uint64_t accessible, bool has_file) {
    if (accessible == 0) return 0;
    if (!has_file && accessible <= clear_by_hand) {
        memset(base, 0, accessible);
        return accessible;
    }
    if (!has_file && accessible <= keep_accessible)
        return madvise(base, accessible, MADV_DONTNEED) == 0 ? accessible : UINT64_MAX;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    return mmap(base, accessible, PROT_NONE, flags, -1, 0) == MAP_FAILED ? UINT64_MAX : 0;
}

void tf_reservation_give(uint8_t *base, uint64_t accessible, bool has_file) {
    pooled given = {base, clear(base, accessible, has_file)};
    bool kept = false;
    if (given.accessible != UINT64_MAX) {
        pthread_mutex_lock(&mutex);
        kept = pool_count < pool_size;
        if (kept) pool[pool_count++] = given;
        pthread_mutex_unlock(&mutex);
    }
    if (!kept) munmap(base, TF_RESERVATION_BYTES);
}
