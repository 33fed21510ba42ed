/* tf_settings.h: what the environment says about the guest: its limits, and what it is granted. The names, units and
 * defaults are those of the flags of `tfc run` (RunLimits.swift, RunArguments.swift). */
#ifndef TF_SETTINGS_H
#define TF_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "tf_runtime.h"
#include "tf_wasi.h"

typedef struct tf_settings {
    tf_store_limits limits;
    int64_t timeout, cpu_time; /* nanoseconds, negative: none */
    uint32_t open_files;       /* 0: the default */
    const char *folders;       /* TERRAFIRMA_DIR and so on; NULL if not set */
    const char *memory_folders;
    const char *variables;
} tf_settings;

/* How a text is read. */
bool tf_read_count(const char *text, uint64_t least, uint64_t most, uint64_t *value);
bool tf_read_bytes(const char *text, uint64_t *value);      /* 65536, 64k, 16m, 1g; above 0 */
bool tf_read_duration(const char *text, int64_t *value);    /* 2, 2s, 100ms, 50us, 10ns; above 0 */

/* Reads the variables. One that is wrong, or is spelt as if it were one, is a message, and false. */
bool tf_settings_read(tf_settings *settings, char *const *environment);

/* Gives the guest its variables and folders. False: a message was written; `*is_usage` if a setting is malformed. */
bool tf_settings_grant(const tf_settings *settings, char *const *environment, tf_wasi *wasi, bool *is_usage);

#endif
