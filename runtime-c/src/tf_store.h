/* tf_store.h: inside a store, and what the runtime's files share about it. Not for embedders. */
#ifndef TF_STORE_H
#define TF_STORE_H

#include "tf_runtime.h"
#include "tf_slot.h"

/* Code of the runtime that guests' code calls and that holds no locks, calls no libc and changes nothing but the
 * guest's own values: a fault or a deadline in it is treated as one in generated code. */
#define TF_GUEST_TEXT __attribute__((section("tf_guest_text"), noinline))

/* Pieces of memory that live as long as their store. */
typedef struct tf_arena {
    struct tf_arena_block *blocks;
    size_t used; /* of the first block */
} tf_arena;

/* A memory and what only the runtime needs to know of it. `memory` is first: the two have one address. */
typedef struct tf_store_memory {
    tf_memory memory;
    tf_memory_type declared;
    tf_contents contents;
    struct tf_store_memory *next;
} tf_store_memory;

/* `table` is first: the two have one address. */
typedef struct tf_store_table {
    tf_table table;
    tf_limits declared;
    bool is_64;
    bool is_in_arena; /* its elements */
    struct tf_store_table *next;
} tf_store_table;

struct tf_store {
    uintptr_t stack_limit;          /* no host function starts with a stack pointer below */
    volatile tf_trap interrupted;   /* why time is up, TF_OK: it isn't; set by the signal handler on its thread */
    int64_t deadline;               /* CLOCK_MONOTONIC, INT64_MAX without one */
    int64_t cpu_left;               /* processor time, INT64_MAX without a limit */
    uint64_t *scratch;              /* TF_SCRATCH_CELLS of them, a tf_shared in front */
    tf_store_limits limits;         /* memory_bytes and table_elements: what is left */
    uint64_t memory_limit;          /* memory_bytes as it was, for messages */
    tf_store_memory *memories;
    tf_store_table *tables;
    tf_instance *instances;         /* linked by tf_instance_state.next */
    struct tf_heap *heap;           /* of objects; NULL until there is one */
    tf_arena arena;
    void *host; /* tf_instance.host of new instances */
    void *data; /* tf_host.data of host functions without */
    uint32_t exit_code;
    uint32_t limits_reached;        /* TF_LIMIT_… */
    tf_trap traced; /* what the guest that a host function called left, with the backtrace; TF_OK: nothing */
    uint32_t backtrace_count;
    uintptr_t backtrace[TF_BACKTRACE_LENGTH];
    char message[TF_MESSAGE_SIZE];
};

/* The runtime's own part of an instance; instance->reserved[0]. */
typedef struct tf_instance_state {
    bool *dropped_data;     /* per data segment; active ones are dropped once copied */
    bool *dropped_elements;
    void ***elements;       /* per element segment of expressions: their values; otherwise NULL */
    tf_instance *next;      /* in the store */
} tf_instance_state;

/* Always inline: guest text uses it. */
static inline __attribute__((always_inline)) tf_instance_state *tf_state(const tf_instance *instance) {
    return instance->reserved[0];
}

/* What generated code shares with the runtime, besides the scratch area. Always inline: guest text uses it. */
static inline __attribute__((always_inline)) tf_shared *tf_store_shared(const tf_store *store) {
    return (tf_shared *)store->scratch - 1;
}

/* Zeroed, aligned to 16 bytes, freed with the store. NULL: no memory. */
void *tf_store_allocate(tf_store *store, size_t size);

/* For an instance that is not yet running: TF_OK, or why there is no such memory or table (message in the store). The
 * contents have to stay as long as the store. */
tf_trap tf_memory_create(tf_store *store, const tf_memory_type *type, const tf_contents *contents,
                         tf_store_memory **created);
tf_trap tf_table_create(tf_store *store, uint32_t element_type, bool is_64, tf_limits limits,
                        tf_store_table **created);
void tf_memory_destroy(tf_store_memory *memory);
void tf_table_destroy(tf_store_table *table);

/* The operations behind the instructions. They return TF_OK or the trap, having checked before any change; the
 * long ones look at the deadline between chunks. Also used at instantiation. */
uint64_t tf_memory_grow(tf_store *store, tf_memory *memory, uint64_t delta);
tf_trap tf_memory_fill(tf_store *store, tf_memory *memory, uint64_t at, uint32_t byte, uint64_t count);
tf_trap tf_memory_copy(tf_store *store, tf_memory *to, tf_memory *from, uint64_t at, uint64_t source, uint64_t count);
tf_trap tf_memory_init(tf_instance *instance, tf_memory *memory, uint32_t segment, uint64_t at, uint32_t source,
                       uint32_t count);
uint64_t tf_table_grow(tf_store *store, tf_table *table, void *value, uint64_t delta);
tf_trap tf_table_fill(tf_table *table, uint64_t at, void *value, uint64_t count);
tf_trap tf_table_copy(tf_table *to, tf_table *from, uint64_t at, uint64_t source, uint64_t count);
tf_trap tf_table_init(tf_instance *instance, tf_table *table, uint32_t segment, uint64_t at, uint32_t source,
                      uint32_t count);

/* memmove, with looks at the deadline. */
tf_trap tf_move(tf_store *store, void *target, const void *source, uint64_t count);

/* A reference of an element segment that isn't dropped. */
void *tf_segment_element(const tf_instance *instance, uint32_t segment, uint32_t index);

/* The value of a constant expression, of a v128 both halves (otherwise the second is 0). Uses the store's scratch
 * area as its stack. May collect, and fails where there is no room for an object. */
tf_trap tf_constant_value(tf_instance *instance, const tf_expression *expression, uint64_t value[2]);

/* [at, at + count) lies within [0, size). */
static inline bool tf_in_bounds(uint64_t at, uint64_t count, uint64_t size) {
    return count <= size && at <= size - count;
}

static inline tf_memory **tf_instance_memories(const tf_instance *instance) {
    return (tf_memory **)((char *)instance + instance->module->memories_offset);
}

static inline tf_table **tf_instance_tables(const tf_instance *instance) {
    return (tf_table **)((char *)instance + instance->module->tables_offset);
}

static inline tf_tag **tf_instance_tags(const tf_instance *instance) {
    return (tf_tag **)((char *)instance + instance->module->tags_offset);
}

static inline tf_function *tf_instance_references(const tf_instance *instance) {
    return (tf_function *)((char *)instance + instance->module->references_offset);
}

/* Where a global's value is. */
static inline void *tf_global_cell(const tf_instance *instance, const tf_global *global) {
    void *cell = (char *)instance + global->offset;
    return global->is_imported ? *(void **)cell : cell;
}

#endif
