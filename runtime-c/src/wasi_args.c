/* wasi_args.c: arguments and environment. */
#include "wasi_internal.h"

static int sizes(tf_host *host, const tf_wasi_strings *strings, uint32_t count_at, uint32_t size_at) {
    if (!tf_wasi_bytes(host, size_at, 4) || !tf_guest_store_u32(host, count_at, strings->count)) return WASI_FAULT;
    return tf_guest_store_u32(host, size_at, (uint32_t)strings->length) ? WASI_SUCCESS : WASI_FAULT;
}

/* The strings in one piece at `bytes_at`, the address of each at `list_at`. */
static int hand_out(tf_host *host, const tf_wasi_strings *strings, uint32_t list_at, uint32_t bytes_at) {
    uint8_t *list = tf_wasi_array(host, list_at, strings->count, 4);
    char *bytes = tf_wasi_bytes(host, bytes_at, strings->length);
    if (!list || !bytes) return WASI_FAULT;
    if (strings->length) memcpy(bytes, strings->bytes, strings->length);
    size_t offset = 0;
    for (uint32_t i = 0; i < strings->count; i++) {
        tf_wasi_put32(list + 4 * (size_t)i, bytes_at + (uint32_t)offset);
        offset += strlen(strings->bytes + offset) + 1; /* our copy: the guest's may overlap the list */
    }
    return WASI_SUCCESS;
}

static int args_sizes_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return sizes(host, &wasi->arguments, (uint32_t)v[0], (uint32_t)v[1]);
}
TF_WASI_ENTRY(args_sizes_get)

static int args_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return hand_out(host, &wasi->arguments, (uint32_t)v[0], (uint32_t)v[1]);
}
TF_WASI_ENTRY(args_get)

static int environ_sizes_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return sizes(host, &wasi->environment, (uint32_t)v[0], (uint32_t)v[1]);
}
TF_WASI_ENTRY(environ_sizes_get)

static int environ_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return hand_out(host, &wasi->environment, (uint32_t)v[0], (uint32_t)v[1]);
}
TF_WASI_ENTRY(environ_get)
