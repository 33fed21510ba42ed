/* table.c: tables of references. */
#include <stdlib.h>
#include <string.h>

#include "tf_store.h"

static const uint64_t most_elements = UINT32_MAX;

/* Up to this many elements lie in the store's arena, until the table grows. */
static const uint64_t small_table = 1024;

/* A power of two, so that an index can be masked. */
static uint64_t room_for(uint64_t size) {
    uint64_t room = 1;
    while (room < size) room *= 2;
    return room;
}

tf_trap tf_table_create(tf_store *store, uint32_t element_type, bool is_64, tf_limits limits,
                        tf_store_table **created) {
    if (limits.minimum > store->limits.table_elements || limits.minimum > most_elements) {
        store->limits_reached |= TF_LIMIT_TABLES;
        tf_store_set_message(store, "the module's tables have more elements together than the limit");
        return TF_TRAP_OUT_OF_MEMORY;
    }
    tf_store_table *new = tf_store_allocate(store, sizeof *new);
    uint64_t room = room_for(limits.minimum);
    bool is_small = room <= small_table;
    void **elements = NULL;
    if (new) {
        elements = is_small ? tf_store_allocate(store, room * sizeof *elements) : calloc(room, sizeof *elements);
    }
    if (!elements) {
        tf_store_set_message(store, "no memory left for a table");
        return TF_TRAP_OUT_OF_MEMORY;
    }
    store->limits.table_elements -= limits.minimum;
    new->table = (tf_table){
        .elements = elements,
        .size = limits.minimum,
        .mask = room - 1,
        .maximum = limits.maximum < most_elements ? limits.maximum : most_elements,
        .element_type = element_type,
    };
    new->declared = limits;
    new->is_64 = is_64;
    new->is_in_arena = is_small;
    new->next = store->tables;
    store->tables = new;
    *created = new;
    return TF_OK;
}

void tf_table_destroy(tf_store_table *table) {
    if (!table->is_in_arena) free(table->table.elements);
}

/* Makes room for `size` elements, the new ones null. False: no memory, nothing changed. */
static bool enlarge(tf_store_table *owner, uint64_t size) {
    tf_table *table = &owner->table;
    uint64_t room = room_for(size), before = table->mask + 1;
    if (room <= before) return true;
    void **elements = owner->is_in_arena ? malloc(room * sizeof *elements)
                                         : realloc(table->elements, room * sizeof *elements);
    if (!elements) return false;
    if (owner->is_in_arena) memcpy(elements, table->elements, before * sizeof *elements);
    memset(elements + before, 0, (room - before) * sizeof *elements);
    owner->is_in_arena = false;
    table->elements = elements;
    table->mask = room - 1;
    return true;
}

uint64_t tf_table_grow(tf_store *store, tf_table *table, void *value, uint64_t delta) {
    uint64_t old = table->size;
    if (delta == 0) return old;
    if (delta > table->maximum - old) return UINT64_MAX;
    if (delta > store->limits.table_elements) {
        store->limits_reached |= TF_LIMIT_TABLES;
        return UINT64_MAX;
    }
    if (!enlarge((tf_store_table *)table, old + delta)) return UINT64_MAX;
    store->limits.table_elements -= delta;
    for (uint64_t i = old; i < old + delta; i++) table->elements[i] = value;
    table->size = old + delta;
    return old;
}

tf_trap tf_table_fill(tf_table *table, uint64_t at, void *value, uint64_t count) {
    if (!tf_in_bounds(at, count, table->size)) return TF_TRAP_TABLE_BOUNDS;
    for (uint64_t i = 0; i < count; i++) table->elements[at + i] = value;
    return TF_OK;
}

tf_trap tf_table_copy(tf_table *to, tf_table *from, uint64_t at, uint64_t source, uint64_t count) {
    if (!tf_in_bounds(at, count, to->size) || !tf_in_bounds(source, count, from->size)) return TF_TRAP_TABLE_BOUNDS;
    memmove(to->elements + at, from->elements + source, count * sizeof *to->elements);
    return TF_OK;
}

tf_trap tf_table_init(tf_instance *instance, tf_table *table, uint32_t segment, uint64_t at, uint32_t source,
                      uint32_t count) {
    const tf_elements *elements = &instance->module->elements[segment];
    uint64_t size = tf_state(instance)->dropped_elements[segment] ? 0 : elements->count;
    if (!tf_in_bounds(at, count, table->size) || !tf_in_bounds(source, count, size)) return TF_TRAP_TABLE_BOUNDS;
    void **to = table->elements + at;
    for (uint32_t i = 0; i < count; i++) to[i] = tf_segment_element(instance, segment, source + i);
    return TF_OK;
}

void *tf_segment_element(const tf_instance *instance, uint32_t segment, uint32_t index) {
    const uint32_t *references = instance->module->elements[segment].references;
    if (!references) return tf_state(instance)->elements[segment][index];
    return references[index] ? (char *)instance + references[index] : NULL;
}
