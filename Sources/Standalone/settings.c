/* settings.c: the variables that limit a guest. */
#include "tf_settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "tf_report.h"

static const char prefix[] = "TERRAFIRMA_";

/* --- Numbers --- */

/* The digits at the start; false: there are none, or too many. */
static bool read_digits(const char **text, uint64_t *value) {
    const char *at = *text;
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit, &number)) return false;
    }
    bool has_some = at > *text;
    *text = at;
    *value = number;
    return has_some;
}

bool tf_read_count(const char *text, uint64_t least, uint64_t most, uint64_t *value) {
    return read_digits(&text, value) && *text == 0 && *value >= least && *value <= most;
}

bool tf_read_bytes(const char *text, uint64_t *value) {
    uint64_t number;
    if (!read_digits(&text, &number) || number == 0) return false;
    static const char units[] = "kKmMgG";
    const char *unit = *text ? strchr(units, *text) : NULL;
    if (*text && (!unit || text[1])) return false;
    int shift = unit ? 10 * (int)((unit - units) / 2 + 1) : 0;
    if (number > (uint64_t)INT64_MAX >> shift) return false;
    *value = number << shift;
    return true;
}

bool tf_read_duration(const char *text, int64_t *value) {
    static const struct { const char *name; uint64_t scale; } units[] = {
        {"", 1000000000}, {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    uint64_t number;
    if (!read_digits(&text, &number) || number == 0) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text, units[i].name) != 0) continue;
        if (__builtin_mul_overflow(number, units[i].scale, &number)) return false;
        *value = number > INT64_MAX ? INT64_MAX : (int64_t)number;
        return true;
    }
    return false;
}

/* --- Variables --- */

typedef bool (*reader)(tf_settings *, const char *);

static bool read_timeout(tf_settings *self, const char *text) { return tf_read_duration(text, &self->timeout); }
static bool read_cpu_time(tf_settings *self, const char *text) { return tf_read_duration(text, &self->cpu_time); }

static bool read_memory(tf_settings *self, const char *text) {
    return tf_read_bytes(text, &self->limits.memory_bytes);
}

static bool read_stack(tf_settings *self, const char *text) {
    const uint64_t least = 4096;
    return tf_read_bytes(text, &self->limits.stack_bytes) && self->limits.stack_bytes >= least;
}

static bool read_elements(tf_settings *self, const char *text) {
    return tf_read_count(text, 0, UINT32_MAX, &self->limits.table_elements);
}

static bool read_files(tf_settings *self, const char *text) {
    uint64_t count;
    if (!tf_read_count(text, 3, 1000000, &count)) return false;
    self->open_files = (uint32_t)count;
    return true;
}

static bool read_folders(tf_settings *self, const char *text) { return self->folders = text, true; }
static bool read_memory_folders(tf_settings *self, const char *text) { return self->memory_folders = text, true; }
static bool read_variables(tf_settings *self, const char *text) { return self->variables = text, true; }

static const struct setting {
    const char *name; /* behind the prefix */
    reader read;
    const char *expected; /* NULL: it grants something, and is looked at then */
} settings[] = {
    {"TIMEOUT", read_timeout, "expected a duration above 0 such as 2s, 100ms, 50us or 10ns"},
    {"MAX_CPU_TIME", read_cpu_time, "expected a duration above 0 such as 2s, 100ms, 50us or 10ns"},
    {"MAX_MEMORY_SIZE", read_memory, "expected a number of bytes such as 65536, 64k, 16m or 1g"},
    {"MAX_WASM_STACK", read_stack, "expected a number of bytes such as 65536, 64k or 16m, at least 4096"},
    {"MAX_TABLE_ELEMENTS", read_elements, "expected a number from 0 to 4294967295"},
    {"MAX_OPEN_FILES", read_files, "expected a number from 3 to 1000000"},
    {"DIR", read_folders, NULL},
    {"TMPFS", read_memory_folders, NULL},
    {"ENV", read_variables, NULL},
};
enum { setting_count = sizeof settings / sizeof *settings };

static size_t least_of(size_t a, size_t b) { return a < b ? a : b; }

/* How many letters are wrong in `given`, missing or too many: Levenshtein's distance. */
static size_t distance(const char *given, size_t length, const char *wanted) {
    enum { most = 24 };
    size_t row[most + 1], width = strlen(wanted);
    if (length > most || width > most) return most;
    for (size_t j = 0; j <= width; j++) row[j] = j;
    for (size_t i = 0; i < length; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t replaced = diagonal + (given[i] != wanted[j]);
            diagonal = row[j + 1];
            row[j + 1] = least_of(replaced, least_of(diagonal, row[j]) + 1);
        }
    }
    return row[width];
}

/* A misspelt limit would be no limit. Others of the same beginning are somebody else's. */
static bool is_unknown(const char *name, size_t length) {
    for (size_t i = 0; i < setting_count; i++) {
        if (distance(name, length, settings[i].name) > (strlen(settings[i].name) < 6 ? 1 : 2)) continue;
        char given[64] = {0};
        memcpy(given, name, least_of(length, sizeof given - 1));
        tf_complain(prefix, given, ": there is no such setting; did you mean ", prefix, settings[i].name, "?", NULL);
        return true;
    }
    return false;
}

static bool read_variable(tf_settings *self, const char *name, const char *value) {
    size_t length = (size_t)(value - name) - 1;
    for (size_t i = 0; i < setting_count; i++) {
        if (strlen(settings[i].name) != length || memcmp(settings[i].name, name, length) != 0) continue;
        /* What has more rights than who starts it hands none of them on. */
        bool is_refused = !settings[i].expected && getauxval(AT_SECURE);
        if (!is_refused && settings[i].read(self, value)) return true;
        tf_complain(prefix, settings[i].name, "=", value, ": ",
                    is_refused ? "not for a program with rights of its own" : settings[i].expected, NULL);
        return false;
    }
    return !is_unknown(name, length);
}

bool tf_settings_read(tf_settings *self, char *const *environment) {
    *self = (tf_settings){
        .limits = {.memory_bytes = UINT64_C(4) << 30, .table_elements = 10000000, .stack_bytes = 1 << 20},
        .timeout = -1,
        .cpu_time = -1,
    };
    for (; *environment; environment++) {
        const char *value = strchr(*environment, '=');
        if (!value || strncmp(*environment, prefix, sizeof prefix - 1) != 0) continue;
        if (!read_variable(self, *environment + sizeof prefix - 1, value + 1)) return false;
    }
    return true;
}
