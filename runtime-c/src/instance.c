/* instance.c: from a module and its imports to an instance, in the specification's order.
 * https://webassembly.github.io/spec/core/exec/modules.html#instantiation */
#include <string.h>

#include "tf_store.h"
#include "tf_types.h"

/* --- Imports --- */

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
    uint32_t function = 0, table = 0, memory = 0, global = 0, tag = 0;
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
        case TF_EXTERN_TAG: tf_instance_tags(instance)[tag++] = offered->tag; break;
        default: *(void **)((char *)instance + module->globals[global++].offset) = offered->data;
        }
    }
    return true;
}

/* --- Allocation --- */

/* References of imported functions call what was imported, entered as the exporter says, and are of its type, which
 * may be a subtype of the import's. */
static void set_references(tf_instance *instance, const tf_extern *imports) {
    const tf_module *module = instance->module;
    tf_function *references = tf_instance_references(instance);
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
        references[i].type = provided ? provided->type : imports[import].type;
        references[i].code = functions_of(instance)[function].code;
        references[i].instance = functions_of(instance)[function].argument;
    }
    for (; i < module->reference_count; i++) references[i].instance = instance;
}

/* Of the memory `index`, whose extents begin at `*next`. */
static tf_contents contents_of(const tf_module *module, uint32_t index, uint32_t *next) {
    uint32_t first = *next;
    while (*next < module->extent_count && module->extents[*next].memory == index) ++*next;
    return (tf_contents){
        .id = *next > first ? module->image_id << TF_MEMORY_BITS | index : 0,
        .extents = module->extents + first,
        .count = *next - first,
        .file = module->image,
        .bytes = module->image_bytes,
    };
}

static tf_trap create_memories(tf_instance *instance) {
    const tf_module *module = instance->module;
    tf_memory **memories = tf_instance_memories(instance);
    uint32_t next = 0;
    for (uint32_t i = 0; i < module->memory_count; i++) {
        uint32_t index = module->imported_memory_count + i;
        tf_contents contents = contents_of(module, index, &next);
        tf_store_memory *memory;
        tf_trap trap = tf_memory_create(instance->store, &module->memories[i], &contents, &memory);
        if (trap != TF_OK) return trap;
        memories[index] = &memory->memory;
    }
    if (module->memory_count + module->imported_memory_count > 0) {
        instance->memory_zero = memories[0];
        instance->memory = memories[0]->base;
    }
    return TF_OK;
}

static tf_trap create_tags(tf_instance *instance) {
    const tf_module *module = instance->module;
    tf_tag **tags = tf_instance_tags(instance) + module->imported_tag_count;
    tf_tag *created = tf_store_allocate(instance->store, module->tag_count * sizeof *created);
    if (!created) return TF_TRAP_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < module->tag_count; i++) {
        tf_signature values = tf_type_signature(module->tags[i]);
        created[i].type = module->tags[i];
        for (uint32_t j = 0; j < values.parameter_count; j++)
            created[i].cells += tf_storage_cells(values.parameters[j]);
        tags[i] = &created[i];
    }
    return TF_OK;
}

static tf_trap create_globals(tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = module->imported_global_count; i < module->global_count; i++) {
        const tf_global *global = &module->globals[i];
        uint64_t value[2];
        tf_trap trap = tf_constant_value(instance, &global->initial, value);
        if (trap != TF_OK) return trap;
        memcpy((char *)instance + global->offset, value, global->type == TF_V128 ? 16 : 8);
    }
    return TF_OK;
}

/* After the globals: an initial value may name one. */
static tf_trap create_tables(tf_instance *instance) {
    const tf_module *module = instance->module;
    tf_table **tables = tf_instance_tables(instance) + module->imported_table_count;
    for (uint32_t i = 0; i < module->table_count; i++) {
        const tf_table_type *type = &module->tables[i];
        tf_store_table *table;
        tf_trap trap = tf_table_create(instance->store, type->element_type, type->is_64 != 0, type->limits, &table);
        if (trap != TF_OK) return trap;
        tables[i] = &table->table;
        if (type->initial.count == 0) continue;
        uint64_t value[2];
        trap = tf_constant_value(instance, &type->initial, value);
        if (trap != TF_OK) return trap;
        if (value[0]) tf_table_fill(&table->table, 0, (void *)(uintptr_t)value[0], table->table.size);
    }
    return TF_OK;
}

/* Once for the instance: whoever takes an element later gets the same object. */
static tf_trap evaluate_elements(tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = 0; i < module->element_count; i++) {
        const tf_elements *elements = &module->elements[i];
        if (!elements->expressions) continue;
        void **values = tf_store_allocate(instance->store, elements->count * sizeof *values);
        if (!values) return TF_TRAP_OUT_OF_MEMORY;
        tf_state(instance)->elements[i] = values;
        for (uint32_t j = 0; j < elements->count; j++) {
            uint64_t value[2];
            tf_trap trap = tf_constant_value(instance, &elements->expressions[j], value);
            if (trap != TF_OK) return trap;
            values[j] = (void *)(uintptr_t)value[0];
        }
    }
    return TF_OK;
}

static tf_instance *allocate_instance(tf_store *store, const tf_module *module, tf_host **hosts) {
    tf_instance *instance = tf_store_allocate(store, module->instance_size);
    size_t lists = module->element_count * sizeof(void **);
    tf_instance_state *state =
        tf_store_allocate(store, sizeof *state + lists + module->data_count + module->element_count);
    *hosts = tf_store_allocate(store, module->imported_function_count * sizeof **hosts);
    if (!instance || !state || !*hosts) return NULL;
    state->elements = (void ***)(state + 1);
    state->dropped_data = (bool *)(state->elements + module->element_count);
    state->dropped_elements = state->dropped_data + module->data_count;
    instance->scratch = store->scratch;
    instance->store = store;
    instance->module = module;
    instance->host = store->host;
    instance->reserved[0] = state;
    return instance;
}

/* --- Initialization --- */

static tf_trap initialize_tables(tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = 0; i < module->element_count; i++) {
        const tf_elements *elements = &module->elements[i];
        if (elements->mode == TF_SEGMENT_PASSIVE) continue;
        if (elements->mode == TF_SEGMENT_ACTIVE) {
            uint64_t at[2];
            tf_trap trap = tf_constant_value(instance, &elements->offset, at);
            if (trap != TF_OK) return trap;
            tf_table *table = tf_instance_tables(instance)[elements->table];
            trap = tf_table_init(instance, table, i, at[0], 0, elements->count);
            if (trap != TF_OK) return trap;
        }
        tf_state(instance)->dropped_elements[i] = true;
    }
    return TF_OK;
}

static tf_trap initialize_memories(tf_instance *instance) {
    const tf_module *module = instance->module;
    for (uint32_t i = 0; i < module->data_count; i++) {
        const tf_data *data = &module->data[i];
        if (data->mode != TF_SEGMENT_ACTIVE) continue;
        if (!data->is_in_image) {
            uint64_t at[2];
            tf_trap trap = tf_constant_value(instance, &data->offset, at);
            if (trap != TF_OK) return trap;
            tf_memory *memory = tf_instance_memories(instance)[data->memory];
            trap = tf_memory_init(instance, memory, i, at[0], 0, (uint32_t)data->count);
            if (trap != TF_OK) return trap;
        }
        tf_state(instance)->dropped_data[i] = true;
    }
    return TF_OK;
}

static tf_trap set_up(tf_instance *instance) {
    tf_trap (*const steps[])(tf_instance *) = {
        create_memories, create_tags,       create_globals,      create_tables,
        evaluate_elements, initialize_tables, initialize_memories,
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        tf_trap trap = steps[i](instance);
        if (trap != TF_OK) return trap;
    }
    return TF_OK;
}

/* From here on the collector looks into it: its imports are there, and all else is zero. */
static void add_to_store(tf_instance *instance) {
    tf_state(instance)->next = instance->store->instances;
    instance->store->instances = instance;
}

tf_trap tf_instantiate(tf_store *store, const tf_module *module, const tf_extern *imports, tf_instance **created) {
    tf_host *hosts;
    tf_instance *instance = *created = allocate_instance(store, module, &hosts);
    if (!instance) return TF_TRAP_OUT_OF_MEMORY;
    if (!import_all(instance, imports, hosts)) {
        tf_store_set_message(store, "the module has no way to call one of its host functions");
        return TF_TRAP_HOST;
    }
    add_to_store(instance);
    set_references(instance, imports);
    tf_trap trap = set_up(instance);
    if (trap != TF_OK || !module->start) return trap;
    uint64_t nothing = 0;
    return tf_call(store, (const tf_function *)((char *)instance + module->start), &nothing);
}
