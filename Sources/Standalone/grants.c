/* grants.c: the guest's folders and variables. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tf_report.h"
#include "tf_settings.h"

/* A list under way: its items are separated by commas. */
typedef struct list {
    char *rest; /* NULL at the end */
} list;

static char *next_item(list *self) { return strsep(&self->rest, ","); }

static bool has_suffix(const char *text, const char *suffix) {
    size_t length = strlen(text), end = strlen(suffix);
    return length >= end && strcmp(text + length - end, suffix) == 0;
}

static bool refuse(const char *name, const char *item, const char *expected, bool *is_usage) {
    *is_usage = true;
    tf_complain(name, ": ", item, ": ", expected, NULL);
    return false;
}

static bool granted(const char *name, const char *item, int result) {
    if (result >= 0) return true;
    const char *advice = result == -EMFILE ? "; raise it by TERRAFIRMA_MAX_OPEN_FILES" : "";
    tf_complain(name, ": ", item, ": ", strerror(-result), advice, NULL);
    return false;
}

/* --- Folders: HOST[::GUEST][:ro], GUEST[:size=BYTES] --- */

static bool grant_folder(tf_wasi *wasi, char *item, bool *is_usage) {
    static const char expected[] = "expected HOST or HOST::GUEST, and perhaps :ro";
    bool is_read_only = has_suffix(item, ":ro");
    if (is_read_only) item[strlen(item) - 3] = 0;
    char *separator = strstr(item, "::"), *guest = item;
    if (separator) {
        *separator = 0;
        guest = separator + 2;
        if (strchr(guest, ':')) return refuse("TERRAFIRMA_DIR", item, expected, is_usage);
    }
    if (!*item || !*guest) return refuse("TERRAFIRMA_DIR", item, expected, is_usage);
    return granted("TERRAFIRMA_DIR", item, tf_wasi_preopen_path(wasi, item, guest, is_read_only));
}

static bool grant_memory_folder(tf_wasi *wasi, char *item, bool *is_usage) {
    static const char expected[] = "expected GUEST or GUEST:size=BYTES, as /tmp:size=64m";
    uint64_t bytes = 16 << 20;
    char *size = strchr(item, ':');
    if (size) {
        *size++ = 0;
        if (strncmp(size, "size=", 5) != 0 || !tf_read_bytes(size + 5, &bytes))
            return refuse("TERRAFIRMA_TMPFS", item, expected, is_usage);
    }
    if (!*item) return refuse("TERRAFIRMA_TMPFS", item, expected, is_usage);
    return granted("TERRAFIRMA_TMPFS", item, tf_wasi_preopen_memory(wasi, bytes, item));
}

/* --- Variables: NAME=VALUE, NAME (ours), * (all of ours) --- */

static bool is_setting(const char *variable) { return strncmp(variable, "TERRAFIRMA_", 11) == 0; }

/* Whether a list names the variable behind this item too: the last one counts. */
static bool is_named_again(const char *name, size_t length, char *const *behind, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strncmp(behind[i], name, length) == 0 && (behind[i][length] == '=' || behind[i][length] == 0)) return true;
    }
    return false;
}

static bool add_variable(tf_wasi *wasi, const char *text) {
    return granted("TERRAFIRMA_ENV", text, tf_wasi_add_environment(wasi, text, strlen(text)));
}

/* All of ours but settings and those that `items` name. */
static bool add_all(tf_wasi *wasi, char *const *environment, char *const *items, size_t count) {
    for (; *environment; environment++) {
        size_t length = strcspn(*environment, "=");
        if (is_setting(*environment) || is_named_again(*environment, length, items, count)) continue;
        if (!add_variable(wasi, *environment)) return false;
    }
    return true;
}

static bool add_named(tf_wasi *wasi, const char *item) {
    if (strchr(item, '=')) return add_variable(wasi, item);
    const char *value = is_setting(item) ? NULL : getenv(item);
    if (!value) return true;
    size_t length = strlen(item), whole = length + 1 + strlen(value);
    char *text = malloc(whole + 1);
    if (!text) return granted("TERRAFIRMA_ENV", item, -ENOMEM);
    memcpy(text, item, length);
    text[length] = '=';
    memcpy(text + length + 1, value, whole - length);
    bool added = add_variable(wasi, text);
    free(text);
    return added;
}

static bool add_variables(tf_wasi *wasi, char *text, char *const *environment, bool *is_usage) {
    size_t count = 0, most = 1;
    for (const char *each = text; *each; each++) most += *each == ',';
    char **items = calloc(most, sizeof *items);
    if (!items) return granted("TERRAFIRMA_ENV", "", -ENOMEM);
    for (list list = {text}; list.rest && count < most;) items[count++] = next_item(&list);
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(items[i], "=");
        if (length == 0) return refuse("TERRAFIRMA_ENV", items[i], "expected NAME, NAME=VALUE or *", is_usage);
        if (is_named_again(items[i], length, items + i + 1, count - i - 1)) continue;
        bool added = strcmp(items[i], "*") == 0 ? add_all(wasi, environment, items, count) : add_named(wasi, items[i]);
        if (!added) return false;
    }
    free(items);
    return true;
}

/* --- All of them --- */

static bool each_of(const char *text, tf_wasi *wasi, bool (*grant)(tf_wasi *, char *, bool *), bool *is_usage) {
    if (!text) return true;
    char *copy = strdup(text);
    bool good = copy || granted("TERRAFIRMA", "", -ENOMEM);
    for (list list = {copy}; good && list.rest;) good = grant(wasi, next_item(&list), is_usage);
    free(copy);
    return good;
}

bool tf_settings_grant(const tf_settings *self, char *const *environment, tf_wasi *wasi, bool *is_usage) {
    *is_usage = false;
    if (self->open_files) tf_wasi_set_descriptor_limit(wasi, self->open_files);
    if (self->variables) {
        char *copy = strdup(self->variables);
        if (!copy) return granted("TERRAFIRMA_ENV", "", -ENOMEM);
        if (!add_variables(wasi, copy, environment, is_usage)) return false;
        free(copy);
    }
    return each_of(self->folders, wasi, grant_folder, is_usage) &&
           each_of(self->memory_folders, wasi, grant_memory_folder, is_usage);
}
