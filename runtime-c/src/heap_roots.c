/* heap_roots.c: where references are that make objects stay.
 *
 * The frames of guests (tf_roots, of this call and of those that wait for it further out), the exception caught last,
 * what is about to be thrown, and what instances and the host keep: globals, tables, element segments. Not: what a
 * host function holds; a reference that it was given or got is good until it calls the guest. */
#include "tf_heap_parts.h"
#include "tf_thread.h"

static void mark_frames(tf_heap *heap, const tf_roots *roots) {
    for (; roots; roots = roots->outer) {
        void *const *references = (void *const *)(roots + 1);
        for (uint64_t i = 0; i < roots->count; i++) tf_heap_mark(heap, references[i]);
    }
}

static void mark_calls(tf_store *store) {
    mark_frames(store->heap, tf_store_shared(store)->roots);
    const tf_activation *each = tf_this_thread ? tf_this_thread->innermost : NULL;
    for (; each; each = each->outer) {
        if (each->store == store) mark_frames(store->heap, each->roots);
    }
}

/* Imported globals too: the host's are known to the instances that import them only. */
static void mark_instance(tf_heap *heap, const tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = 0; i < module->global_count; i++) {
        const tf_global *global = &module->globals[i];
        if (!tf_value_type_is_traced(global->type)) continue;
        tf_heap_mark(heap, *(void *const *)tf_global_cell(instance, global));
    }
    const tf_instance_state *state = tf_state(instance);
    for (uint32_t i = 0; i < module->element_count; i++) {
        const tf_elements *elements = &module->elements[i];
        if (!state->elements[i] || state->dropped_elements[i] || !tf_value_type_is_traced(elements->type)) continue;
        for (uint32_t j = 0; j < elements->count; j++) tf_heap_mark(heap, state->elements[i][j]);
    }
}

static void mark_thrown(tf_store *store) {
    const tf_tag *tag = store->heap->thrown;
    if (!tag) return;
    tf_signature values = tf_type_signature(tag->type);
    tf_heap_mark_cells(store->heap, values.parameters, values.parameter_count, store->scratch);
}

void tf_heap_mark_roots(tf_store *store) {
    tf_heap *heap = store->heap;
    mark_calls(store);
    mark_thrown(store);
    tf_heap_mark(heap, tf_store_shared(store)->exception);
    for (const tf_instance *each = store->instances; each; each = tf_state(each)->next) mark_instance(heap, each);
    for (const tf_store_table *each = store->tables; each; each = each->next) {
        if (!tf_value_type_is_traced(each->table.element_type)) continue;
        for (uint64_t i = 0; i < each->table.size; i++) tf_heap_mark(heap, each->table.elements[i]);
    }
}
