/* wasi_sock.c: sockets. No grant gives a guest one yet, so every descriptor is something else. */
#include "wasi_internal.h"

static int not_a_socket(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    return tf_wasi_entry_at(wasi, (uint32_t)v[0]) ? WASI_NOTSOCK : WASI_BADF;
}

#define SOCKET_ENTRY(name) \
    tf_trap tf_wasi_##name(tf_host *host, uint64_t *values) { \
        return tf_wasi_return(values, not_a_socket(host, host->data, values)); \
    }
SOCKET_ENTRY(sock_accept)
SOCKET_ENTRY(sock_recv)
SOCKET_ENTRY(sock_send)
SOCKET_ENTRY(sock_shutdown)
