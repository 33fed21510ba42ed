/* api.c: the table that generated code gets, and the functions in it that reach into the runtime.
 *
 * Those are guest text of one pattern: check that the host's reserve of stack is left and the time not up, call the
 * function that does the work (ordinary text, which no deadline interrupts), raise what it returns. */
#include <pthread.h>

#include "tf_number.h"
#include "tf_store.h"
#include "tf_trap.h"
#include "tf_vector_lanes.h"

/* Always inline: see above, guest text. A deadline that came while such a function worked only left a mark; a loop
 * that is hardly ever outside of them ends here. */
static inline __attribute__((always_inline)) void begin(const tf_instance *instance) {
    tf_store *store = instance->store;
    if ((uintptr_t)__builtin_frame_address(0) < store->stack_limit) tf_raise(store, TF_TRAP_STACK_EXHAUSTED);
    if (store->interrupted) tf_raise(store, TF_TRAP_DEADLINE);
}

static inline __attribute__((always_inline)) void finish(const tf_instance *instance, tf_trap trap) {
    if (trap != TF_OK) tf_raise(instance->store, trap);
}

/* --- Control --- */

static void TF_GUEST_TEXT raise_trap(tf_instance *instance, uint32_t trap) { tf_raise(instance->store, trap); }

static void TF_GUEST_TEXT bad_callee(tf_instance *instance, const tf_function *function) {
    tf_raise(instance->store, function ? TF_TRAP_TYPE_MISMATCH : TF_TRAP_UNINITIALIZED_ELEMENT);
}

static void TF_GUEST_TEXT call_host(tf_host *host, uint64_t *values) {
    tf_store *store = host->instance->store;
    begin(host->instance);
    store->traced = TF_OK;
    tf_trap trap = host->call(host, values);
    if (trap == TF_OK && store->interrupted) trap = TF_TRAP_DEADLINE;
    if (trap != TF_OK) tf_raise_from_host(store, trap);
}

/* --- Memories --- */

static uint64_t TF_GUEST_TEXT memory_grow(tf_instance *instance, tf_memory *memory, uint64_t delta) {
    begin(instance);
    return tf_memory_grow(instance->store, memory, delta);
}

static void TF_GUEST_TEXT memory_fill(tf_instance *instance, tf_memory *memory, uint64_t at, uint32_t byte,
                                      uint64_t count) {
    begin(instance);
    finish(instance, tf_memory_fill(instance->store, memory, at, byte, count));
}

static void TF_GUEST_TEXT memory_copy(tf_instance *instance, tf_memory *to, tf_memory *from, uint64_t at,
                                      uint64_t source, uint64_t count) {
    begin(instance);
    finish(instance, tf_memory_copy(instance->store, to, from, at, source, count));
}

static void TF_GUEST_TEXT memory_init(tf_instance *instance, tf_memory *memory, uint32_t segment, uint64_t at,
                                      uint32_t source, uint32_t count) {
    begin(instance);
    finish(instance, tf_memory_init(instance, memory, segment, at, source, count));
}

static void TF_GUEST_TEXT data_drop(tf_instance *instance, uint32_t segment) {
    tf_state(instance)->dropped_data[segment] = true;
}

/* --- Tables --- */

static void *TF_GUEST_TEXT table_get(tf_instance *instance, tf_table *table, uint64_t at) {
    if (at >= table->size) tf_raise(instance->store, TF_TRAP_TABLE_BOUNDS);
    return table->elements[at];
}

static void TF_GUEST_TEXT table_set(tf_instance *instance, tf_table *table, uint64_t at, void *value) {
    if (at >= table->size) tf_raise(instance->store, TF_TRAP_TABLE_BOUNDS);
    table->elements[at] = value;
}

static uint64_t TF_GUEST_TEXT table_grow(tf_instance *instance, tf_table *table, void *value, uint64_t delta) {
    begin(instance);
    return tf_table_grow(instance->store, table, value, delta);
}

static void TF_GUEST_TEXT table_fill(tf_instance *instance, tf_table *table, uint64_t at, void *value,
                                     uint64_t count) {
    begin(instance);
    finish(instance, tf_table_fill(table, at, value, count));
}

static void TF_GUEST_TEXT table_copy(tf_instance *instance, tf_table *to, tf_table *from, uint64_t at, uint64_t source,
                                     uint64_t count) {
    begin(instance);
    finish(instance, tf_table_copy(to, from, at, source, count));
}

static void TF_GUEST_TEXT table_init(tf_instance *instance, tf_table *table, uint32_t segment, uint64_t at,
                                     uint32_t source, uint32_t count) {
    begin(instance);
    finish(instance, tf_table_init(instance, table, segment, at, source, count));
}

static void TF_GUEST_TEXT elem_drop(tf_instance *instance, uint32_t segment) {
    tf_state(instance)->dropped_elements[segment] = true;
}

/* --- The table --- */

static tf_api api = {
    .trap = raise_trap,
    .host = call_host,
    .bad_callee = bad_callee,
    .memory_grow = memory_grow,
    .memory_fill = memory_fill,
    .memory_copy = memory_copy,
    .memory_init = memory_init,
    .data_drop = data_drop,
    .table_get = table_get,
    .table_set = table_set,
    .table_grow = table_grow,
    .table_fill = table_fill,
    .table_copy = table_copy,
    .table_init = table_init,
    .elem_drop = elem_drop,
    .vector = &tf_vector_functions,
};

static void complete(void) {
    tf_set_integer_functions(&api);
    tf_set_float_functions(&api);
    tf_set_conversion_functions(&api);
}

const tf_api *tf_runtime_api(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, complete);
    return &api;
}
