/* report.c: what went wrong. The words of ModuleRun.swift. */
#include "tf_report.h"

#include <string.h>

#include "tf_message.h"

static const char *name = "";

void tf_report_begin(const char *path) {
    const char *slash = path ? strrchr(path, '/') : NULL;
    name = slash ? slash + 1 : path ? path : "";
}

const char *tf_program_name(void) { return name; }

void tf_complain(const char *piece, ...) {
    static tf_message message;
    message.length = 0;
    tf_add_printable(&message, name);
    tf_add(&message, ": ");
    va_list pieces;
    va_start(pieces, piece);
    for (; piece; piece = va_arg(pieces, const char *)) tf_add_printable(&message, piece);
    va_end(pieces);
    tf_add(&message, "\n");
    tf_write_message(&message);
}

int tf_told_status(uint32_t code) { return code && !(code & 0xFF) ? TF_STATUS_FAILURE : (int)(code & 0xFF); }

/* --- Traps --- */

/* In the order of their names. */
static void add_limits(tf_message *message, uint32_t reached) {
    static const struct { uint32_t bit; const char *text; } limits[] = {
        {TF_LIMIT_CPU_TIME, "cpu-time; raise it by TERRAFIRMA_MAX_CPU_TIME"},
        {TF_LIMIT_MEMORY, "memory; raise it by TERRAFIRMA_MAX_MEMORY_SIZE"},
        {TF_LIMIT_STACK, "stack; raise it by TERRAFIRMA_MAX_WASM_STACK"},
        {TF_LIMIT_TABLES, "table-elements; raise it by TERRAFIRMA_MAX_TABLE_ELEMENTS"},
        {TF_LIMIT_DEADLINE, "wall-time; raise it by TERRAFIRMA_TIMEOUT"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (!(reached & limits[i].bit)) continue;
        tf_add(message, "  limit reached: ");
        tf_add(message, limits[i].text);
        tf_add(message, "\n");
    }
}

int tf_report_trap(const tf_payload *payload, const tf_standalone *program, const tf_store *store, tf_trap trap) {
    if (trap == TF_EXIT) return tf_told_status(tf_store_exit_code(store));
    const char *said = tf_store_message(store);
    const char *text = *said ? said : tf_trap_text(trap);
    /* Want of memory before the guest ran is not its doing. */
    if (trap == TF_TRAP_OUT_OF_MEMORY && tf_add_backtrace(NULL, payload, program, store) == 0) {
        tf_complain(text, NULL);
        return TF_STATUS_FAILURE;
    }
    static tf_message message;
    message.length = 0;
    tf_add_printable(&message, name);
    tf_add(&message, ": trap: ");
    tf_add_printable(&message, text);
    tf_add(&message, "\n");
    tf_add_backtrace(&message, payload, program, store);
    add_limits(&message, tf_store_limits_reached(store));
    tf_write_message(&message);
    return TF_STATUS_TRAP;
}
