/* link.c: whether what is offered fits what a module imports, and what instances and stores offer.
 * https://webassembly.github.io/spec/core/valid/matching.html#external-types */
#include "tf_store.h"

/* --- Matching --- */

static bool limits_fit(uint64_t size, tf_limits offered, tf_limits wanted) {
    return size >= wanted.minimum && (wanted.maximum == UINT64_MAX || offered.maximum <= wanted.maximum);
}

static bool table_fits(const tf_store_table *table, const tf_import *wanted) {
    return table->table.element_type == wanted->type && table->is_64 == (wanted->is_64 != 0) &&
           limits_fit(table->table.size, table->declared, wanted->limits);
}

static bool memory_fits(const tf_store_memory *memory, const tf_memory_type *wanted) {
    const tf_memory_type *offered = &memory->declared;
    return (offered->is_64 != 0) == (wanted->is_64 != 0) && (offered->is_shared != 0) == (wanted->is_shared != 0) &&
           offered->page_shift == wanted->page_shift &&
           limits_fit(memory->memory.pages, offered->limits, wanted->limits);
}

/* A global that can be set is of one type for both sides. */
static bool global_fits(const tf_extern *offered, const tf_import *wanted) {
    if (offered->is_mutable != (wanted->is_mutable != 0)) return false;
    return offered->is_mutable ? offered->type == wanted->type : tf_value_type_matches(offered->type, wanted->type);
}

static bool fits(const tf_module *module, const tf_import *wanted, const tf_extern *offered) {
    if (offered->kind != wanted->kind) return false;
    switch (wanted->kind) {
    case TF_EXTERN_FUNCTION: {
        uint32_t type = offered->function ? offered->function->type : offered->type;
        return tf_type_is_subtype(type, module->type_ids[wanted->type]);
    }
    case TF_EXTERN_TABLE: return table_fits((const tf_store_table *)offered->table, wanted);
    case TF_EXTERN_MEMORY: return memory_fits((const tf_store_memory *)offered->memory, &wanted->memory);
    case TF_EXTERN_TAG: return offered->tag->type == module->type_ids[wanted->type];
    default: return global_fits(offered, wanted);
    }
}

int64_t tf_module_mismatch(const tf_module *module, const tf_extern *imports) {
    for (uint32_t i = 0; i < module->import_count; i++) {
        if (!fits(module, &module->imports[i], &imports[i])) return i;
    }
    return -1;
}

/* --- What an instance and a store offer --- */

tf_extern tf_instance_function(tf_instance *instance, uint32_t index) {
    const uint32_t *functions = instance->module->reference_functions;
    uint32_t low = 0, high = instance->module->reference_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (functions[middle] < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const tf_function *function = &tf_instance_references(instance)[low];
    return (tf_extern){.kind = TF_EXTERN_FUNCTION, .type = function->type, .function = function};
}

tf_extern tf_instance_table(tf_instance *instance, uint32_t index) {
    return (tf_extern){.kind = TF_EXTERN_TABLE, .table = tf_instance_tables(instance)[index]};
}

tf_extern tf_instance_memory(tf_instance *instance, uint32_t index) {
    return (tf_extern){.kind = TF_EXTERN_MEMORY, .memory = tf_instance_memories(instance)[index]};
}

tf_extern tf_instance_tag(tf_instance *instance, uint32_t index) {
    return (tf_extern){.kind = TF_EXTERN_TAG, .tag = tf_instance_tags(instance)[index]};
}

tf_extern tf_instance_global(tf_instance *instance, uint32_t index) {
    const tf_global *global = &instance->module->globals[index];
    return (tf_extern){
        .kind = TF_EXTERN_GLOBAL,
        .type = global->type,
        .is_mutable = global->is_mutable,
        .data = tf_global_cell(instance, global),
    };
}

tf_table *tf_store_new_table(tf_store *store, uint32_t element_type, bool is_64, tf_limits limits) {
    tf_store_table *table;
    return tf_table_create(store, element_type, is_64, limits, &table) == TF_OK ? &table->table : NULL;
}

tf_memory *tf_store_new_memory(tf_store *store, const tf_memory_type *type) {
    static const tf_contents zeros;
    tf_store_memory *memory;
    return tf_memory_create(store, type, &zeros, &memory) == TF_OK ? &memory->memory : NULL;
}

void *tf_store_new_cell(tf_store *store) { return tf_store_allocate(store, 16); }
