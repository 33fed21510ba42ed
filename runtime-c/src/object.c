/* object.c: the instructions on structures and arrays that generated code doesn't do itself.
 * https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-reference-instructions */
#include <string.h>

#include "tf_guest_text.h"
#include "tf_heap.h"

/* Elements between two looks at the deadline; well under a millisecond's work. */
static const uint32_t chunk = 64 * 1024;

static uint32_t element_size(const tf_object *array) { return tf_type_of(array->type)->size; }

static char *element_at(tf_object *array, uint32_t at) {
    return (char *)(array + 1) + (size_t)at * element_size(array);
}

/* --- What they do; as tf_store.h says of such operations --- */

/* `count` elements at most `chunk`. */
static void set_elements(char *to, uint32_t size, uint64_t value, uint64_t upper, uint32_t count) {
    if (size == 1) {
        memset(to, (int)(value & 0xFF), count);
        return;
    }
    const uint64_t halves[2] = {value, upper};
    switch (size) { /* so that the size of each copy is known */
    case 2:
        for (uint32_t i = 0; i < count; i++) memcpy(to + i * 2, halves, 2);
        break;
    case 4:
        for (uint32_t i = 0; i < count; i++) memcpy(to + i * 4, halves, 4);
        break;
    case 8:
        for (uint32_t i = 0; i < count; i++) memcpy(to + i * 8, halves, 8);
        break;
    default:
        for (uint32_t i = 0; i < count; i++) memcpy(to + i * 16, halves, 16);
    }
}

static tf_trap fill(tf_store *store, tf_object *array, uint32_t at, uint64_t value, uint64_t upper, uint32_t count) {
    if (!array) return TF_TRAP_NULL_ARRAY;
    if (!tf_in_bounds(at, count, array->length)) return TF_TRAP_ARRAY_BOUNDS;
    uint32_t size = element_size(array);
    char *to = element_at(array, at);
    for (; count > chunk; to += (size_t)chunk * size, count -= chunk) {
        set_elements(to, size, value, upper, chunk);
        if (store->interrupted) return TF_TRAP_DEADLINE;
    }
    set_elements(to, size, value, upper, count);
    return TF_OK;
}

static tf_trap copy(tf_store *store, tf_object *to, uint32_t at, tf_object *from, uint32_t source, uint32_t count) {
    if (!to || !from) return TF_TRAP_NULL_ARRAY;
    if (!tf_in_bounds(at, count, to->length) || !tf_in_bounds(source, count, from->length))
        return TF_TRAP_ARRAY_BOUNDS;
    return tf_move(store, element_at(to, at), element_at(from, source), (uint64_t)count * element_size(to));
}

static bool data_in_bounds(const tf_instance *instance, uint32_t segment, uint32_t at, uint64_t bytes) {
    uint64_t size = tf_state(instance)->dropped_data[segment] ? 0 : instance->module->data[segment].count;
    return tf_in_bounds(at, bytes, size);
}

/* The bounds are checked. */
static tf_trap copy_data(tf_instance *instance, tf_object *array, uint32_t segment, uint32_t at, uint32_t source,
                         uint64_t bytes) {
    if (bytes == 0) return TF_OK; /* an empty segment may have no bytes to point to */
    return tf_move(instance->store, element_at(array, at), instance->module->data[segment].bytes + source, bytes);
}

static tf_trap init_data(tf_instance *instance, tf_object *array, uint32_t segment, uint32_t at, uint32_t source,
                         uint32_t count) {
    if (!array) return TF_TRAP_NULL_ARRAY;
    if (!tf_in_bounds(at, count, array->length)) return TF_TRAP_ARRAY_BOUNDS;
    uint64_t bytes = (uint64_t)count * element_size(array);
    if (!data_in_bounds(instance, segment, source, bytes)) return TF_TRAP_MEMORY_BOUNDS;
    return copy_data(instance, array, segment, at, source, bytes);
}

static bool elements_in_bounds(const tf_instance *instance, uint32_t segment, uint32_t at, uint32_t count) {
    uint32_t size = tf_state(instance)->dropped_elements[segment] ? 0 : instance->module->elements[segment].count;
    return tf_in_bounds(at, count, size);
}

/* The bounds are checked. */
static tf_trap copy_elements(tf_instance *instance, tf_object *array, uint32_t segment, uint32_t at, uint32_t source,
                             uint32_t count) {
    void **to = (void **)element_at(array, at);
    for (uint32_t i = 0; i < count; i++) {
        to[i] = tf_segment_element(instance, segment, source + i);
        if (i % chunk == chunk - 1 && instance->store->interrupted) return TF_TRAP_DEADLINE;
    }
    return TF_OK;
}

static tf_trap init_elem(tf_instance *instance, tf_object *array, uint32_t segment, uint32_t at, uint32_t source,
                         uint32_t count) {
    if (!array) return TF_TRAP_NULL_ARRAY;
    if (!tf_in_bounds(at, count, array->length)) return TF_TRAP_ARRAY_BOUNDS;
    if (!elements_in_bounds(instance, segment, source, count)) return TF_TRAP_TABLE_BOUNDS;
    return copy_elements(instance, array, segment, at, source, count);
}

static tf_trap new_structure(tf_store *store, uint32_t type, tf_object **created) {
    *created = tf_structure_allocate(store, tf_type_of(type));
    return *created ? TF_OK : tf_heap_trap(store);
}

static tf_trap new_array(tf_store *store, uint32_t type, uint32_t length, tf_object **created) {
    *created = tf_array_allocate(store, tf_type_of(type), length);
    return *created ? TF_OK : tf_heap_trap(store);
}

static tf_trap new_data(tf_instance *instance, uint32_t type, uint32_t segment, uint32_t at, uint32_t length,
                        tf_object **created) {
    uint64_t bytes = (uint64_t)length * tf_type_of(type)->size;
    if (!data_in_bounds(instance, segment, at, bytes)) return TF_TRAP_MEMORY_BOUNDS;
    tf_trap trap = new_array(instance->store, type, length, created);
    return trap == TF_OK ? copy_data(instance, *created, segment, 0, at, bytes) : trap;
}

static tf_trap new_elem(tf_instance *instance, uint32_t type, uint32_t segment, uint32_t at, uint32_t length,
                        tf_object **created) {
    if (!elements_in_bounds(instance, segment, at, length)) return TF_TRAP_TABLE_BOUNDS;
    tf_trap trap = new_array(instance->store, type, length, created);
    return trap == TF_OK ? copy_elements(instance, *created, segment, 0, at, length) : trap;
}

/* --- What generated code calls --- */

static void *TF_GUEST_TEXT struct_new(tf_instance *instance, uint32_t type) {
    tf_object *object;
    tf_begin(instance);
    tf_finish(instance, new_structure(instance->store, type, &object));
    return object;
}

static void *TF_GUEST_TEXT array_new(tf_instance *instance, uint32_t type, uint32_t length) {
    tf_object *object;
    tf_begin(instance);
    tf_finish(instance, new_array(instance->store, type, length, &object));
    return object;
}

static void *TF_GUEST_TEXT array_new_data(tf_instance *instance, uint32_t type, uint32_t segment, uint32_t at,
                                          uint32_t length) {
    tf_object *object;
    tf_begin(instance);
    tf_finish(instance, new_data(instance, type, segment, at, length, &object));
    return object;
}

static void *TF_GUEST_TEXT array_new_elem(tf_instance *instance, uint32_t type, uint32_t segment, uint32_t at,
                                          uint32_t length) {
    tf_object *object;
    tf_begin(instance);
    tf_finish(instance, new_elem(instance, type, segment, at, length, &object));
    return object;
}

static void TF_GUEST_TEXT array_fill(tf_instance *instance, void *array, uint32_t at, uint64_t value, uint64_t upper,
                                     uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, fill(instance->store, array, at, value, upper, count));
}

static void TF_GUEST_TEXT array_copy(tf_instance *instance, void *to, uint32_t at, void *from, uint32_t source,
                                     uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, copy(instance->store, to, at, from, source, count));
}

static void TF_GUEST_TEXT array_init_data(tf_instance *instance, void *array, uint32_t segment, uint32_t at,
                                          uint32_t source, uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, init_data(instance, array, segment, at, source, count));
}

static void TF_GUEST_TEXT array_init_elem(tf_instance *instance, void *array, uint32_t segment, uint32_t at,
                                          uint32_t source, uint32_t count) {
    tf_begin(instance);
    tf_finish(instance, init_elem(instance, array, segment, at, source, count));
}

void tf_set_object_functions(tf_api *api) {
    api->struct_new = struct_new;
    api->array_new = array_new;
    api->array_new_data = array_new_data;
    api->array_new_elem = array_new_elem;
    api->array_fill = array_fill;
    api->array_copy = array_copy;
    api->array_init_data = array_init_data;
    api->array_init_elem = array_init_elem;
    api->ref_test = tf_reference_test;
}
