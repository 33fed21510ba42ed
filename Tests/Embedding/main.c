/* main.c: a program with a WebAssembly module in it: a function of its own, calls, memory, traps, WASI. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "module.h"

/* What the guest imports as env.ask: it is told of some bytes in its memory. */
static tf_trap ask(tf_host *host, uint64_t *values) {
    const char *bytes = tf_guest_bytes(host, (uint32_t)values[0], (uint32_t)values[1]);
    if (!bytes) {
        tf_store_set_message(tf_host_store(host), "ask: out of bounds");
        return TF_TRAP_HOST;
    }
    printf("asked about %.*s\n", (int)(uint32_t)values[1], bytes);
    values[0] = *(const uint64_t *)tf_host_context(host);
    return TF_OK;
}

static const tf_embed_function functions[] = {{"env", "ask", "ii", "I", ask}};

/* Calls an export, and says how that went. */
static void call(tf_guest *guest, const char *name, const char *parameters, const char *results, uint64_t a,
                 uint64_t b) {
    uint64_t values[2] = {a, b};
    const tf_function *function = tf_embed_find(guest, name, parameters, results);
    if (!function) {
        printf("%s: not exported\n", name);
        return;
    }
    tf_trap trap = tf_call(tf_embed_store(guest), function, values);
    if (trap == TF_EXIT) {
        printf("%s: exit code %" PRIu32 "\n", name, tf_store_exit_code(tf_embed_store(guest)));
    } else if (trap != TF_OK) {
        printf("%s: trap: %s\n", name, tf_embed_message(guest, trap));
    } else {
        printf("%s: %" PRIu64 "\n", name, *results ? values[0] : 0);
    }
}

/* Another module, which was compiled with -DTF_MODULE=hello. */
extern const tf_embedded hello;

static bool run_hello(void) {
    char problem[TF_EMBED_PROBLEM];
    tf_loaded_module *module = tf_embed_load(&hello, NULL, 0, problem);
    tf_guest *guest = module ? tf_embed_create(module, NULL, NULL) : NULL;
    if (!guest || tf_wasi_set_stdio(tf_embed_wasi(guest), 1, 1) != 0 || tf_embed_start(guest) != TF_OK) return false;
    call(guest, "_start", "", "", 0, 0);
    tf_embed_destroy(guest);
    return true;
}

int main(void) {
    char problem[TF_EMBED_PROBLEM];
    uint64_t answer = 42;
    setvbuf(stdout, NULL, _IOLBF, 0); /* the guest writes past its buffer */
    const tf_embed_function other = {"env", "ask", "i", "I", ask};
    if (!tf_embed_load(&wasm_module, NULL, 0, problem)) printf("without functions: %s\n", problem);
    if (!tf_embed_load(&wasm_module, &other, 1, problem)) printf("with another: %s\n", problem);
    tf_loaded_module *module = tf_embed_load(&wasm_module, functions, 1, problem);
    if (!module) return fprintf(stderr, "%s\n", problem), 1;
    tf_guest *guest = tf_embed_create(module, NULL, &answer);
    if (!guest || tf_wasi_set_stdio(tf_embed_wasi(guest), 1, 1) != 0) return 1;
    tf_trap trap = tf_embed_start(guest);
    if (trap != TF_OK) return fprintf(stderr, "%s\n", tf_embed_message(guest, trap)), 1;

    call(guest, "add", "iI", "I", (uint32_t)-2, 40);
    call(guest, "add", "ii", "i", 1, 2); /* of other types: none of that name */
    call(guest, "through", "ii", "i", 21, 0);
    call(guest, "ask", "", "I", 0, 0);
    call(guest, "hello", "", "", 0, 0);
    memcpy(tf_embed_bytes(guest, 64, 4), &(uint32_t){1234}, 4);
    call(guest, "load", "i", "i", 64, 0);
    printf("more than there is: %s\n", tf_embed_bytes(guest, 0, (4 << 16) + 1) ? "there" : "out of bounds");
    call(guest, "load", "i", "i", (8 << 13) + (16 << 13), 0);
    call(guest, "load", "i", "i", 4 << 16, 0);
    call(guest, "lanes", "i", "i", 11, 0);
    call(guest, "count", "iI", "I", 1000000, 0);
    call(guest, "divide", "ii", "i", 1, 0);
    call(guest, "through", "ii", "i", 21, 1);
    call(guest, "recurse", "i", "i", 0, 0);
    tf_store_set_timeout(tf_embed_store(guest), 50 * 1000 * 1000);
    call(guest, "spin", "", "", 0, 0);
    tf_store_set_timeout(tf_embed_store(guest), -1);
    call(guest, "exit", "i", "", 3, 0);
    call(guest, "divide", "ii", "i", 12, 3); /* a guest that trapped can be called again */
    tf_extern counter;
    if (tf_embed_export(guest, "counter", TF_EXTERN_GLOBAL, &counter))
        printf("counter: %" PRIu64 "\n", *(uint64_t *)counter.data);
    tf_embed_destroy(guest);
    return run_hello() ? 0 : 1;
}
