/* code.c: where generated code is. Written under a mutex, read by signal handlers without. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tf_trap.h"

enum { ranges_per_block = 128 };

/* `start` is 0 while the slot is free or being written. */
typedef struct code_range {
    _Atomic(uintptr_t) start;
    _Atomic(uintptr_t) end;
} code_range;

/* Blocks are never freed: a handler may be reading them. */
typedef struct code_block {
    code_range ranges[ranges_per_block];
    _Atomic(struct code_block *) next;
} code_block;

static code_block first_block;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

bool tf_code_contains(uintptr_t address) {
    for (code_block *block = &first_block; block; block = atomic_load(&block->next)) {
        for (int i = 0; i < ranges_per_block; i++) {
            code_range *range = &block->ranges[i];
            uintptr_t start = atomic_load(&range->start);
            if (start == 0 || address < start || address >= atomic_load(&range->end)) continue;
            if (atomic_load(&range->start) == start) return true; /* else it was reused in between */
        }
    }
    return false;
}

/* With the mutex held: the slot whose start is `start`, or NULL. */
static code_range *find(uintptr_t start) {
    for (code_block *block = &first_block; block; block = atomic_load(&block->next)) {
        for (int i = 0; i < ranges_per_block; i++) {
            if (atomic_load(&block->ranges[i].start) == start) return &block->ranges[i];
        }
    }
    return NULL;
}

static code_range *add_block(void) {
    code_block *block = calloc(1, sizeof *block), *last = &first_block;
    if (!block) return NULL;
    while (atomic_load(&last->next)) last = atomic_load(&last->next);
    atomic_store(&last->next, block);
    return &block->ranges[0];
}

bool tf_code_register(uintptr_t start, uintptr_t end) {
    pthread_mutex_lock(&mutex);
    code_range *range = find(0);
    if (!range) range = add_block();
    if (range) {
        atomic_store(&range->end, end);
        atomic_store(&range->start, start);
    }
    pthread_mutex_unlock(&mutex);
    return range != NULL;
}

void tf_code_unregister(uintptr_t start, uintptr_t end) {
    pthread_mutex_lock(&mutex);
    code_range *range = find(start);
    if (range && atomic_load(&range->end) == end) atomic_store(&range->start, 0);
    pthread_mutex_unlock(&mutex);
}
