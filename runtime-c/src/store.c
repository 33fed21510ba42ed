/* store.c: stores and what they own. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "tf_heap.h"
#include "tf_sanitizer.h"
#include "tf_store.h"
#include "tf_thread.h"
#include "tf_watchdog.h"

/* Holds the store itself, its scratch area and the instances of most programs. */
enum { block_size = 32 * 1024 };
_Static_assert(sizeof(tf_store) + sizeof(tf_shared) + 8 * TF_SCRATCH_CELLS + 32 <= block_size, "one block");
_Static_assert(sizeof(tf_shared) % 16 == 0 && offsetof(tf_shared, tail) == sizeof(tf_shared) - 8,
               "generated code finds these in front of the scratch area");

typedef struct tf_arena_block {
    struct tf_arena_block *next;
    size_t size; /* of `bytes` */
    _Alignas(16) char bytes[];
} tf_arena_block;

/* A thread keeps a few blocks of the usual size: malloc may give them back to the kernel, and a request ask for them
 * again. What a store left in them is written over when a piece of them is handed out. */
static tf_arena_block *take_block(size_t room) {
    tf_thread *thread = tf_this_thread;
    if (room == block_size && thread && thread->arena_block_count)
        return thread->arena_blocks[--thread->arena_block_count];
    tf_arena_block *block = malloc(sizeof *block + room);
    if (block) block->size = room;
    return block;
}

static void give_block(tf_arena_block *block) {
    tf_thread *thread = tf_this_thread;
#ifdef TF_ADDRESS_SANITIZER
    thread = NULL; /* it has to see blocks end */
#endif
    if (block->size == block_size && thread && thread->arena_block_count < TF_THREAD_BLOCKS) {
        thread->arena_blocks[thread->arena_block_count++] = block;
    } else {
        free(block);
    }
}

static void *allocate(tf_arena *arena, size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (!arena->blocks || arena->blocks->size - arena->used < size) {
        size_t room = size > block_size ? size : block_size;
        tf_arena_block *block = take_block(room);
        if (!block) return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->used = 0;
    }
    void *bytes = arena->blocks->bytes + arena->used;
    arena->used += size;
    return bytes;
}

void *tf_store_allocate(tf_store *store, size_t size) {
    void *bytes = size <= SIZE_MAX - 64 ? allocate(&store->arena, size) : NULL;
    return bytes ? memset(bytes, 0, size) : NULL;
}

tf_store *tf_store_create(const tf_store_limits *limits) {
    tf_arena arena = {0};
    tf_store *store = allocate(&arena, sizeof *store);
    if (!store) return NULL;
    memset(store, 0, offsetof(tf_store, backtrace));
    store->message[0] = 0;
    size_t shared = sizeof(tf_shared) + TF_SCRATCH_CELLS * sizeof(uint64_t); /* fits into the first block */
    store->scratch = (uint64_t *)((tf_shared *)memset(allocate(&arena, shared), 0, shared) + 1);
    store->limits = *limits;
    store->memory_limit = limits->memory_bytes;
    store->limits.stack_bytes = (limits->stack_bytes + 4095) & ~UINT64_C(4095);
    store->deadline = INT64_MAX;
    store->cpu_left = INT64_MAX;
    store->arena = arena;
    return store;
}

void tf_store_destroy(tf_store *store) {
    tf_heap_destroy(store);
    for (tf_store_memory *memory = store->memories; memory; memory = memory->next) tf_memory_destroy(memory);
    for (tf_store_table *table = store->tables; table; table = table->next) tf_table_destroy(table);
    tf_arena_block *block = store->arena.blocks;
    while (block) {
        tf_arena_block *next = block->next; /* the last one holds the store */
        give_block(block);
        block = next;
    }
}

void tf_store_set_host(tf_store *store, void *host) { store->host = host; }

void tf_store_set_data(tf_store *store, void *data) { store->data = data; }

void tf_store_set_timeout(tf_store *store, int64_t nanoseconds) {
    if (store->interrupted == TF_TRAP_DEADLINE) store->interrupted = TF_OK;
    if (nanoseconds < 0 || __builtin_add_overflow(tf_now(), nanoseconds, &store->deadline))
        store->deadline = INT64_MAX;
}

void tf_store_set_cpu_limit(tf_store *store, int64_t nanoseconds) {
    if (store->interrupted == TF_TRAP_CPU_TIME) store->interrupted = TF_OK;
    store->cpu_left = nanoseconds < 0 ? INT64_MAX : nanoseconds;
}

uint32_t tf_store_limits_reached(const tf_store *store) { return store->limits_reached; }

const char *tf_store_message(const tf_store *store) { return store->message; }

void tf_store_set_message(tf_store *store, const char *message) {
    size_t length = strnlen(message, TF_MESSAGE_SIZE - 1);
    memcpy(store->message, message, length);
    store->message[length] = 0;
}

uint32_t tf_store_exit_code(const tf_store *store) { return store->exit_code; }

void tf_store_set_exit(tf_store *store, uint32_t code) { store->exit_code = code; }

size_t tf_store_backtrace(const tf_store *store, const uintptr_t **counters) {
    if (counters) *counters = store->backtrace;
    return store->backtrace_count;
}

int64_t tf_store_remaining_ns(const tf_store *store) {
    if (store->deadline == INT64_MAX) return INT64_MAX;
    int64_t left = store->deadline - tf_now();
    return left > 0 && !store->interrupted ? left : 0;
}

bool tf_store_interrupted(const tf_store *store) { return tf_store_remaining_ns(store) == 0; }

tf_trap tf_unknown_import(tf_host *host, uint64_t *values) {
    (void)values;
    tf_store_set_message(host->instance->store, host->data);
    return TF_TRAP_UNKNOWN_IMPORT;
}

tf_trap tf_zero_import(tf_host *host, uint64_t *values) {
    size_t results = (size_t)(uintptr_t)host->data;
    if (results) memset(values, 0, results * sizeof *values);
    return TF_OK;
}
