/* main.c: a standalone executable: a module's native code, the runtime and WASI, and nothing else. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tf_standalone.h"
#include "tf_report.h"
#include "tf_settings.h"

/* Who starts us may have closed some of them, and then the next file we open would be taken for it. */
static void open_standard_descriptors(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", O_RDWR);
    }
}

static int fail(const char *problem) {
    tf_complain(problem, NULL);
    return TF_STATUS_FAILURE;
}

/* Our standard streams, the arguments, and what the environment grants. NULL: `*status`. */
static tf_wasi *create_world(char **arguments, char **environment, const tf_settings *settings, int *status) {
    tf_wasi *wasi = tf_wasi_create();
    bool good = wasi != NULL, is_usage = false;
    for (uint32_t i = 0; good && i < 3; i++) good = tf_wasi_set_stdio(wasi, i, (int)i) == 0;
    for (char **each = arguments; good && *each; each++) {
        const char *text = each == arguments ? tf_program_name() : *each;
        good = tf_wasi_add_argument(wasi, text, strlen(text)) == 0;
    }
    if (!good) *status = fail("no memory for the guest's arguments");
    if (good && !tf_settings_grant(settings, environment, wasi, &is_usage)) {
        *status = is_usage ? TF_STATUS_USAGE : TF_STATUS_FAILURE;
        good = false;
    }
    return good ? wasi : NULL;
}

static tf_store *create_store(const tf_settings *settings, tf_wasi *wasi) {
    tf_store *store = tf_store_create(&settings->limits);
    if (!store) return NULL;
    tf_store_set_data(store, wasi);
    if (settings->timeout >= 0) tf_store_set_timeout(store, settings->timeout);
    if (settings->cpu_time >= 0) tf_store_set_cpu_limit(store, settings->cpu_time);
    return store;
}

static tf_trap run(tf_store *store, const tf_standalone *program) {
    tf_instance *instance;
    tf_trap trap = tf_instantiate(store, &program->module, program->imports, &instance);
    for (uint32_t i = 0; trap == TF_OK && i < program->entry_count; i++) {
        uint64_t nothing = 0;
        trap = tf_call(store, (const tf_function *)((const char *)instance + program->entries[i]), &nothing);
    }
    return trap;
}

static int perform(char **arguments, char **environment) {
    const char *problem;
    static tf_standalone program;
    tf_settings settings;
    const tf_payload *payload = tf_payload_find(&problem);
    if (!payload) return fail(problem);
    if (!tf_settings_read(&settings, environment)) return TF_STATUS_USAGE;
    if (!tf_standalone_load(payload, &program, &problem)) return fail(problem);
    int status = 0;
    tf_wasi *wasi = create_world(arguments, environment, &settings, &status);
    if (!wasi) return status;
    tf_store *store = create_store(&settings, wasi);
    if (!store) return fail("out of memory");
    tf_trap trap = run(store, &program);
    return trap == TF_OK ? 0 : tf_report_trap(payload, &program, store, trap);
}

int main(int count, char **arguments, char **environment) {
    /* A reader that went away is an error of write(2), not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    open_standard_descriptors();
    tf_report_begin(count > 0 ? arguments[0] : "");
    /* The kernel takes down faster what the guest held. */
    _exit(perform(arguments, environment));
}
