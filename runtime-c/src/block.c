/* block.c: the process's pool of zeroed blocks.
 *
 * Blocks come from the kernel a group at a time and never go back as address space: what a store has used and the
 * warm pool has no room for is only emptied (MADV_DONTNEED). So heaps full of holes never split mappings, of which
 * the kernel allows a process only so many. */
#define _GNU_SOURCE
#include "tf_block.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { group_size = 32, warm_size = 512 }; /* warm: at most 16 MiB that no store uses */

static void *warm[warm_size]; /* zero */
static size_t warm_count;
static void **cold; /* zero, and the kernel holds no pages for them */
static size_t cold_count, cold_capacity;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* With the mutex held. False: no memory to remember it in. */
static bool push_cold(void *block) {
    if (cold_count == cold_capacity) {
        size_t larger = cold_capacity ? cold_capacity * 2 : 2 * group_size;
        void **moved = realloc(cold, larger * sizeof *moved);
        if (!moved) return false;
        cold = moved;
        cold_capacity = larger;
    }
    cold[cold_count++] = block;
    return true;
}

/* With the mutex held. */
static void *map_group(void) {
    size_t size = (group_size + 1) * (size_t)TF_BLOCK_BYTES;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    madvise(memory, size, MADV_DONTDUMP); /* no core dump holds what guests hold */
    char *first = memory + (-(uintptr_t)memory & (TF_BLOCK_BYTES - 1));
    /* The highest first, so that they are taken in ascending order. */
    for (int i = group_size - 1; i > 0; i--) {
        void *block = first + i * (size_t)TF_BLOCK_BYTES;
        if (!push_cold(block)) munmap(block, TF_BLOCK_BYTES);
    }
    return first;
}

void *tf_block_take(void) {
    pthread_mutex_lock(&mutex);
    void *block = warm_count ? warm[--warm_count] : cold_count ? cold[--cold_count] : map_group();
    pthread_mutex_unlock(&mutex);
    return block;
}

/* Writes zeros if there is room in the warm pool; the room may be gone afterwards, and then the block is cold and
 * has pages, which is no harm. */
void tf_block_give(void *block, size_t used) {
    pthread_mutex_lock(&mutex);
    bool is_warm = warm_count < warm_size;
    pthread_mutex_unlock(&mutex);
    if (is_warm || madvise(block, TF_BLOCK_BYTES, MADV_DONTNEED) != 0) memset(block, 0, used);
    pthread_mutex_lock(&mutex);
    bool kept = true;
    if (is_warm && warm_count < warm_size) {
        warm[warm_count++] = block;
    } else {
        kept = push_cold(block);
    }
    pthread_mutex_unlock(&mutex);
    if (!kept) munmap(block, TF_BLOCK_BYTES);
}
