/* api.c: the table that generated code gets, and the functions in it that reach into the runtime (except those on
 * objects, object.c), all of the pattern of tf_guest_text.h. */
#include <pthread.h>

#include "tf_atomic.h"
#include "tf_exception.h"
#include "tf_guest_text.h"
#include "tf_heap.h"
#include "tf_number.h"
#include "tf_store.h"
#include "tf_types.h"
#include "tf_vector_lanes.h"

/* --- Control --- */

static TF_NORETURN void TF_GUEST_TEXT raise_trap(tf_instance *instance, uint32_t trap) { tf_raise(instance->store, trap); }

static void TF_GUEST_TEXT check_callee(tf_instance *instance, const tf_function *function, uint32_t type) {
    if (!function) tf_raise(instance->store, TF_TRAP_UNINITIALIZED_ELEMENT);
    if (!tf_type_descends(tf_type_of(function->type), tf_type_of(type)))
        tf_raise(instance->store, TF_TRAP_TYPE_MISMATCH);
}

static TF_NORETURN uint64_t TF_GUEST_TEXT bounds(tf_instance *instance) { tf_raise(instance->store, TF_TRAP_MEMORY_BOUNDS); }

static TF_NORETURN uint64_t TF_GUEST_TEXT array_bounds(tf_instance *instance) { tf_raise(instance->store, TF_TRAP_ARRAY_BOUNDS); }

static void TF_GUEST_TEXT call_host(tf_host *host, uint64_t *values) {
    tf_store *store = host->instance->store;
    tf_begin(host->instance);
    store->traced = TF_OK;
    tf_trap trap = host->call(host, values);
    if (trap == TF_OK && store->interrupted) trap = TF_TRAP_DEADLINE;
    if (trap != TF_OK) tf_raise_from_host(store, trap);
}

/* --- Exceptions --- */

static TF_NORETURN void TF_GUEST_TEXT throw_new(tf_instance *instance, tf_tag *tag) {
    tf_begin(instance);
    tf_exception *exception = tf_exception_create(instance->store, tag);
    if (!exception) tf_raise(instance->store, tf_heap_trap(instance->store));
    tf_exception_throw(instance->store, exception);
}

/* Looks at the time: a guest may do nothing but throw. */
static TF_NORETURN void TF_GUEST_TEXT throw_ref(tf_instance *instance, void *exception) {
    if (!exception) tf_raise(instance->store, TF_TRAP_NULL_REFERENCE);
    tf_begin(instance);
    tf_exception_throw(instance->store, exception);
}

/* --- Atomics --- */

static uint32_t TF_GUEST_TEXT atomic_wait(tf_instance *instance, tf_memory *memory, uint64_t at, uint64_t expected,
                                          int64_t timeout, uint32_t width) {
    uint32_t result = 0;
    tf_begin(instance);
    tf_finish(instance, tf_atomic_wait(instance->store, memory, at, expected, timeout, width, &result));
    return result;
}

static uint32_t TF_GUEST_TEXT atomic_notify(tf_instance *instance, tf_memory *memory, uint64_t at, uint32_t count) {
    uint32_t woken = 0;
    tf_begin(instance);
    tf_finish(instance, tf_atomic_notify(memory, at, count, &woken));
    return woken;
}

/* --- Memories --- */

static uint64_t TF_GUEST_TEXT memory_grow(tf_instance *instance, tf_memory *memory, uint64_t delta) {
    tf_begin(instance);
    return tf_memory_grow(instance->store, memory, delta);
}

static void TF_GUEST_TEXT memory_fill(tf_instance *instance, tf_memory *memory, uint64_t at, uint32_t byte,
                                      uint64_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_memory_fill(instance->store, memory, at, byte, count));
}

static void TF_GUEST_TEXT memory_copy(tf_instance *instance, tf_memory *to, tf_memory *from, uint64_t at,
                                      uint64_t source, uint64_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_memory_copy(instance->store, to, from, at, source, count));
}

static void TF_GUEST_TEXT memory_init(tf_instance *instance, tf_memory *memory, uint32_t segment, uint64_t at,
                                      uint32_t source, uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_memory_init(instance, memory, segment, at, source, count));
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
    tf_begin(instance);
    return tf_table_grow(instance->store, table, value, delta);
}

static void TF_GUEST_TEXT table_fill(tf_instance *instance, tf_table *table, uint64_t at, void *value,
                                     uint64_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_table_fill(table, at, value, count));
}

static void TF_GUEST_TEXT table_copy(tf_instance *instance, tf_table *to, tf_table *from, uint64_t at, uint64_t source,
                                     uint64_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_table_copy(to, from, at, source, count));
}

static void TF_GUEST_TEXT table_init(tf_instance *instance, tf_table *table, uint32_t segment, uint64_t at,
                                     uint32_t source, uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, tf_table_init(instance, table, segment, at, source, count));
}

static void TF_GUEST_TEXT elem_drop(tf_instance *instance, uint32_t segment) {
    tf_state(instance)->dropped_elements[segment] = true;
}

/* --- The table --- */

static tf_api api = {
    .trap = raise_trap,
    .host = call_host,
    .check_callee = check_callee,
    .bounds = bounds,
    .array_bounds = array_bounds,
    .tail = tf_tail,
    .protect = tf_protect,
    .throw_new = throw_new,
    .throw_ref = throw_ref,
    .atomic = tf_atomic,
    .atomic_wait = atomic_wait,
    .atomic_notify = atomic_notify,
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
    tf_set_object_functions(&api);
}

const tf_api *tf_runtime_api(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, complete);
    return &api;
}
