/* waiting.c: memory.atomic.wait and notify.
 *
 * Whoever waits is in a queue that its address belongs to, and blocks on a word of its own: the kernel compares 32 bits
 * only, and a queue knows exactly whom a notification woke. The value is compared under the queue's lock, which a
 * notification takes too, so none comes between comparison and sleep. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tf_atomic.h"
#include "tf_watchdog.h"

typedef struct waiter {
    const void *at;
    struct waiter *next;
    _Atomic(uint32_t) woken; /* set once it is out of the queue */
} waiter;

typedef struct queue {
    pthread_mutex_t mutex;
    waiter *first;
} queue;

enum { queue_count = 64, result_woken = 0, result_not_equal = 1, result_timed_out = 2 };
static queue queues[queue_count] = {[0 ... queue_count - 1] = {.mutex = PTHREAD_MUTEX_INITIALIZER}};

static queue *queue_of(const void *at) { return &queues[((uintptr_t)at >> 2) % queue_count]; }

static tf_trap check(const tf_memory *memory, uint64_t at, uint32_t width) {
    if (at & ((UINT64_C(1) << width) - 1)) return TF_TRAP_UNALIGNED_ATOMIC;
    return tf_in_bounds(at, UINT64_C(1) << width, memory->bytes) ? TF_OK : TF_TRAP_MEMORY_BOUNDS;
}

static bool equals(const void *at, uint64_t expected, uint32_t width) {
    return width == 3 ? __atomic_load_n((const uint64_t *)at, __ATOMIC_SEQ_CST) == expected
                      : __atomic_load_n((const uint32_t *)at, __ATOMIC_SEQ_CST) == (uint32_t)expected;
}

/* Joins the queue at its end, if the value is the expected one. */
static bool enqueue(queue *queue, waiter *self, uint64_t expected, uint32_t width) {
    pthread_mutex_lock(&queue->mutex);
    bool joins = equals(self->at, expected, width);
    if (joins) {
        waiter **link = &queue->first;
        while (*link) link = &(*link)->next;
        *link = self;
    }
    pthread_mutex_unlock(&queue->mutex);
    return joins;
}

/* Leaves the queue. False: a notification was faster. */
static bool dequeue(queue *queue, waiter *self) {
    pthread_mutex_lock(&queue->mutex);
    waiter **link = &queue->first;
    while (*link && *link != self) link = &(*link)->next;
    bool found = *link != NULL;
    if (found) *link = self->next;
    pthread_mutex_unlock(&queue->mutex);
    return found;
}

/* Until the waiter is woken, `until` (absolute; INT64_MAX: never) or the deadline. Signals end the system call, and
 * the deadline's is repeated, so one that comes just before it is no loss. */
static void sleep_until(const tf_store *store, waiter *self, int64_t until) {
    struct timespec time = {until / 1000000000, until % 1000000000};
    while (!atomic_load(&self->woken) && !store->interrupted && tf_now() < until) {
        syscall(SYS_futex, &self->woken, FUTEX_WAIT_BITSET_PRIVATE, 0, until == INT64_MAX ? NULL : &time, NULL,
                FUTEX_BITSET_MATCH_ANY);
    }
}

tf_trap tf_atomic_wait(tf_store *store, const tf_memory *memory, uint64_t at, uint64_t expected, int64_t timeout,
                       uint32_t width, uint32_t *result) {
    tf_trap trap = check(memory, at, width);
    if (trap != TF_OK) return trap;
    if (!memory->is_shared) return TF_TRAP_EXPECTED_SHARED;
    int64_t until;
    if (timeout < 0 || __builtin_add_overflow(tf_now(), timeout, &until)) until = INT64_MAX;

    waiter self = {.at = memory->base + at};
    queue *queue = queue_of(self.at);
    *result = result_not_equal;
    if (!enqueue(queue, &self, expected, width)) return TF_OK;
    sleep_until(store, &self, until);
    *result = dequeue(queue, &self) ? result_timed_out : result_woken;
    return store->interrupted ? TF_TRAP_DEADLINE : TF_OK;
}

tf_trap tf_atomic_notify(const tf_memory *memory, uint64_t at, uint32_t count, uint32_t *woken) {
    tf_trap trap = check(memory, at, 2);
    if (trap != TF_OK) return trap;
    const void *address = memory->base + at;
    queue *queue = queue_of(address);
    *woken = 0;
    pthread_mutex_lock(&queue->mutex);
    for (waiter **link = &queue->first; *link && *woken < count;) {
        waiter *each = *link;
        if (each->at != address) {
            link = &each->next;
            continue;
        }
        *link = each->next;
        ++*woken;
        /* It finds its place in the queue taken under the lock, so it is there until that is released. */
        atomic_store(&each->woken, 1);
        syscall(SYS_futex, &each->woken, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&queue->mutex);
    return TF_OK;
}
