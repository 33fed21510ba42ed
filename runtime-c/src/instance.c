/* instance.c: from a module and its imports to an instance, in the specification's order.
 * https://webassembly.github.io/spec/core/exec/modules.html#instantiation */
#include <string.h>

#include "tf_store.h"

/* --- Linking --- */

static bool limits_fit(uint64_t size, tf_limits offered, tf_limits wanted) {
    return size >= wanted.minimum && (wanted.maximum == UINT64_MAX || offered.maximum <= wanted.maximum);
}

static bool fits(const tf_module *module, const tf_import *wanted, const tf_extern *offered) {
    if (offered->kind != wanted->kind) return false;
    switch (wanted->kind) {
    case TF_EXTERN_FUNCTION: {
        uint32_t type = offered->function ? offered->function->type : offered->type;
        return type == module->type_ids[wanted->type];
    }
    case TF_EXTERN_TABLE: {
        const tf_store_table *table = (const tf_store_table *)offered->table;
        return table->table.element_type == wanted->type &&
               limits_fit(table->table.size, table->declared, wanted->limits);
    }
    case TF_EXTERN_MEMORY: {
        const tf_store_memory *memory = (const tf_store_memory *)offered->memory;
        return limits_fit(memory->memory.pages, memory->declared, wanted->limits);
    }
    default: return offered->type == wanted->type && offered->is_mutable == (wanted->is_mutable != 0);
    }
}

int64_t tf_module_mismatch(const tf_module *module, const tf_extern *imports) {
    for (uint32_t i = 0; i < module->import_count; i++) {
        if (!fits(module, &module->imports[i], &imports[i])) return i;
    }
    return -1;
}

/* An imported function as the instance keeps it. */
typedef struct imported_function {
    void *code;
    void *argument;
} imported_function;

static imported_function *functions_of(const tf_instance *instance) {
    return (imported_function *)((char *)instance + instance->module->imported_functions);
}

static bool import_function(tf_instance *instance, const tf_import *import, const tf_extern *offered,
                            imported_function *into, tf_host *host) {
    if (offered->function) {
        *into = (imported_function){offered->function->code, offered->function->instance};
        return true;
    }
    void *data = offered->data ? offered->data : instance->store->data;
    *host = (tf_host){offered->call, instance->scratch, instance, data};
    *into = (imported_function){instance->module->code->leaves[import->type], host};
    return into->code != NULL;
}

static bool import_all(tf_instance *instance, const tf_extern *imports, tf_host *hosts) {
    const tf_module *module = instance->module;
    uint32_t function = 0, table = 0, memory = 0, global = 0;
    for (uint32_t i = 0; i < module->import_count; i++) {
        const tf_extern *offered = &imports[i];
        switch (module->imports[i].kind) {
        case TF_EXTERN_FUNCTION:
            if (!import_function(instance, &module->imports[i], offered, &functions_of(instance)[function], hosts++))
                return false;
            function++;
            break;
        case TF_EXTERN_TABLE: tf_instance_tables(instance)[table++] = offered->table; break;
        case TF_EXTERN_MEMORY: tf_instance_memories(instance)[memory++] = offered->memory; break;
        default: *(void **)((char *)instance + module->globals[global++].offset) = offered->data;
        }
    }
    return true;
}

/* --- Allocation --- */

static tf_function *references_of(const tf_instance *instance) {
    return (tf_function *)((char *)instance + instance->module->references_offset);
}

/* References of imported functions call what was imported, entered as the exporter says. */
static void set_references(tf_instance *instance, const tf_extern *imports) {
    const tf_module *module = instance->module;
    tf_function *references = references_of(instance);
    if (module->reference_count)
        memcpy(references, module->references, module->reference_count * sizeof *references);
    uint32_t i = 0, import = 0, function = 0;
    for (; i < module->reference_count && module->reference_functions[i] < module->imported_function_count; i++) {
        for (;; import++) {
            if (module->imports[import].kind != TF_EXTERN_FUNCTION) continue;
            if (function == module->reference_functions[i]) break;
            function++;
        }
        const tf_function *provided = imports[import].function;
        if (provided && provided->enter) references[i].enter = provided->enter;
        references[i].code = functions_of(instance)[function].code;
        references[i].instance = functions_of(instance)[function].argument;
    }
    for (; i < module->reference_count; i++) references[i].instance = instance;
}

static tf_trap create_memories(tf_instance *instance) {
    const tf_module *module = instance->module;
    tf_memory **memories = tf_instance_memories(instance);
    for (uint32_t i = 0; i < module->memory_count; i++) {
        tf_store_memory *memory;
        tf_trap trap = tf_memory_create(instance->store, module->memories[i], &memory);
        if (trap != TF_OK) return trap;
        memories[module->imported_memory_count + i] = &memory->memory;
    }
    for (uint32_t i = 0; i < module->extent_count; i++) {
        const tf_extent *extent = &module->extents[i];
        if (!tf_memory_map_image((tf_store_memory *)memories[extent->memory], module->image, extent)) {
            tf_store_set_message(instance->store, "a memory's image can't be mapped");
            return TF_TRAP_OUT_OF_MEMORY;
        }
    }
    if (module->memory_count + module->imported_memory_count > 0) {
        instance->memory_zero = memories[0];
        instance->memory = memories[0]->base;
    }
    return TF_OK;
}

/* Globals before tables: a table's initial value may name one. */
static tf_trap create_globals_and_tables(tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = module->imported_global_count; i < module->global_count; i++) {
        const tf_global *global = &module->globals[i];
        uint64_t value = tf_constant_value(instance, &global->initial);
        memcpy((char *)instance + global->offset, &value, sizeof value);
        /* A vector's expression is two cells deep, so its value is in the scratch area. */
        if (global->type == TF_V128)
            memcpy((char *)instance + global->offset + sizeof value, instance->scratch + 1, sizeof value);
    }
    tf_table **tables = tf_instance_tables(instance) + module->imported_table_count;
    for (uint32_t i = 0; i < module->table_count; i++) {
        const tf_table_type *type = &module->tables[i];
        tf_store_table *table;
        tf_trap trap = tf_table_create(instance->store, type->element_type, type->limits, &table);
        if (trap != TF_OK) return trap;
        tables[i] = &table->table;
        if (type->initial.count == 0) continue;
        void *value = (void *)(uintptr_t)tf_constant_value(instance, &type->initial);
        if (value) tf_table_fill(&table->table, 0, value, table->table.size);
    }
    return TF_OK;
}

static tf_instance *allocate_instance(tf_store *store, const tf_module *module, tf_host **hosts) {
    tf_instance *instance = tf_store_allocate(store, module->instance_size);
    tf_instance_state *state = tf_store_allocate(store, sizeof *state + module->data_count + module->element_count);
    *hosts = tf_store_allocate(store, module->imported_function_count * sizeof **hosts);
    if (!instance || !state || !*hosts) return NULL;
    state->dropped_data = (bool *)(state + 1);
    state->dropped_elements = state->dropped_data + module->data_count;
    instance->scratch = store->scratch;
    instance->store = store;
    instance->module = module;
    instance->host = store->host;
    instance->reserved[0] = state;
    return instance;
}

/* --- Initialization --- */

static tf_trap initialize(tf_instance *instance) {
    const tf_module *module = instance->module;
    tf_instance_state *state = tf_state(instance);
    for (uint32_t i = 0; i < module->element_count; i++) {
        const tf_elements *elements = &module->elements[i];
        if (elements->mode == TF_SEGMENT_PASSIVE) continue;
        if (elements->mode == TF_SEGMENT_ACTIVE) {
            uint64_t at = tf_constant_value(instance, &elements->offset);
            tf_table *table = tf_instance_tables(instance)[elements->table];
            tf_trap trap = tf_table_init(instance, table, i, at, 0, elements->count);
            if (trap != TF_OK) return trap;
        }
        state->dropped_elements[i] = true;
    }
    for (uint32_t i = 0; i < module->data_count; i++) {
        const tf_data *data = &module->data[i];
        if (data->mode != TF_SEGMENT_ACTIVE) continue;
        if (!data->is_in_image) {
            uint64_t at = tf_constant_value(instance, &data->offset);
            tf_memory *memory = tf_instance_memories(instance)[data->memory];
            tf_trap trap = tf_memory_init(instance, memory, i, at, 0, (uint32_t)data->count);
            if (trap != TF_OK) return trap;
        }
        state->dropped_data[i] = true;
    }
    return TF_OK;
}

tf_trap tf_instantiate(tf_store *store, const tf_module *module, const tf_extern *imports, tf_instance **created) {
    tf_host *hosts;
    tf_instance *instance = *created = allocate_instance(store, module, &hosts);
    if (!instance) return TF_TRAP_OUT_OF_MEMORY;
    if (!import_all(instance, imports, hosts)) {
        tf_store_set_message(store, "the module has no way to call one of its host functions");
        return TF_TRAP_HOST;
    }
    set_references(instance, imports);
    tf_trap trap = create_memories(instance);
    if (trap == TF_OK) trap = create_globals_and_tables(instance);
    if (trap == TF_OK) trap = initialize(instance);
    if (trap != TF_OK || !module->start) return trap;
    uint64_t nothing = 0;
    return tf_call(store, (const tf_function *)((char *)instance + module->start), &nothing);
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
    const tf_function *function = &references_of(instance)[low];
    return (tf_extern){.kind = TF_EXTERN_FUNCTION, .type = function->type, .function = function};
}

tf_extern tf_instance_table(tf_instance *instance, uint32_t index) {
    return (tf_extern){.kind = TF_EXTERN_TABLE, .table = tf_instance_tables(instance)[index]};
}

tf_extern tf_instance_memory(tf_instance *instance, uint32_t index) {
    return (tf_extern){.kind = TF_EXTERN_MEMORY, .memory = tf_instance_memories(instance)[index]};
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

tf_table *tf_store_new_table(tf_store *store, uint32_t element_type, tf_limits limits) {
    tf_store_table *table;
    return tf_table_create(store, element_type, limits, &table) == TF_OK ? &table->table : NULL;
}

tf_memory *tf_store_new_memory(tf_store *store, tf_limits limits) {
    tf_store_memory *memory;
    return tf_memory_create(store, limits, &memory) == TF_OK ? &memory->memory : NULL;
}

void *tf_store_new_cell(tf_store *store) { return tf_store_allocate(store, 16); }
