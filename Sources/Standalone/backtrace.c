/* backtrace.c: the guest's functions that were running, by name. SymbolTable.swift finds the same. */
#include <string.h>

#include "tf_message.h"
#include "tf_report.h"

/* The names, sorted by function: a count, then of each the function, where its text starts behind the list, and how
 * long it is. Damaged ones are none. */
static const char *name_of(const tf_payload *payload, uint32_t function, size_t *length) {
    const uint8_t *names = (const uint8_t *)payload + payload->table_bytes;
    uint32_t count, entry[3];
    if (payload->names_bytes < sizeof count) return NULL;
    memcpy(&count, names, sizeof count);
    uint64_t texts = sizeof count + (uint64_t)count * sizeof entry;
    if (texts > payload->names_bytes) return NULL;
    for (uint32_t low = 0, high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        memcpy(entry, names + sizeof count + (uint64_t)middle * sizeof entry, sizeof entry);
        if (entry[0] == function) {
            *length = entry[2];
            bool is_inside = texts + entry[1] + entry[2] <= payload->names_bytes;
            return is_inside ? (const char *)names + texts + entry[1] : NULL;
        }
        if (entry[0] < function) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* Where the code that holds an address starts, and the function it is; false: it is glue, or none of ours. */
static bool find_function(const tf_payload *payload, const tf_standalone *program, uintptr_t counter, uintptr_t *start,
                          uint32_t *function) {
    const tf_code_exports *code = program->module.code;
    bool found = false;
    *start = 0;
    if (counter - payload->text >= payload->text_bytes) return false;
    for (uint32_t i = 0; i < code->function_count; i++) {
        uintptr_t each = (uintptr_t)code->functions[i];
        if (each > counter || each < *start) continue;
        *start = each;
        *function = program->module.imported_function_count + i;
        found = true;
    }
    for (uint32_t i = 0; i < code->type_count; i++) {
        uintptr_t enter = (uintptr_t)code->enters[i], leaf = (uintptr_t)code->leaves[i];
        if ((enter && enter <= counter && enter > *start) || (leaf && leaf <= counter && leaf > *start)) return false;
    }
    return found;
}

uint32_t tf_add_backtrace(tf_message *message, const tf_payload *payload, const tf_standalone *program,
                          const tf_store *store) {
    const uintptr_t *counters;
    size_t count = tf_store_backtrace(store, &counters);
    uint32_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        /* All but the first may be return addresses: look at the call before. */
        uintptr_t counter = counters[i] - (i > 0), start;
        uint32_t function;
        if (!find_function(payload, program, counter, &start, &function)) continue;
        depth++;
        if (!message) continue;
        size_t length;
        const char *name = name_of(payload, function, &length);
        tf_add(message, "  ");
        tf_add_number(message, depth - 1, 10);
        tf_add(message, ": ");
        if (name) tf_add_bytes(message, name, length);
        tf_add(message, name ? " (function " : "function ");
        tf_add_number(message, function, 10);
        tf_add(message, "+0x");
        tf_add_number(message, counter - start, 16);
        tf_add(message, name ? ")\n" : "\n");
    }
    if (message && count >= TF_BACKTRACE_LENGTH) tf_add(message, "  and so on\n");
    return depth;
}
