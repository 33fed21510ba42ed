/* wasi_proc.c: ending, signals, yielding. */
#include "wasi_internal.h"
#include <sched.h>

static int proc_exit(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)wasi;
    tf_store_set_exit(tf_host_store(host), (uint32_t)v[0]);
    return tf_wasi_trap(TF_EXIT);
}
TF_WASI_ENTRY(proc_exit)

/* Signals by the interface's numbers, and what becomes of who raises one. Up to SIGTERM they are Linux's. */
enum { PIPE = 13, TERM = 15, CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH = 27, SYS = 30 };

/* A guest has no handlers, so that a signal does what the interface says it does by default (of a broken pipe: nothing,
 * unlike Linux); but to the guest, never to the process that it shares with others. What would end it ends it, with the
 * code that a shell would tell. */
static int proc_raise(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)wasi;
    uint32_t signal = (uint32_t)v[0];
    if (signal > SYS) return WASI_INVAL;
    switch (signal) {
    case 0: case PIPE: case CHLD: case CONT: case URG: case WINCH: return WASI_SUCCESS;
    case STOP: case TSTP: case TTIN: case TTOU: return WASI_NOTSUP; /* nobody could make it go on */
    }
    tf_store_set_exit(tf_host_store(host), 128 + (signal > TERM ? signal + 1 : signal));
    return tf_wasi_trap(TF_EXIT);
}
TF_WASI_ENTRY(proc_raise)

static int yield_processor(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)wasi;
    (void)v;
    sched_yield();
    return tf_wasi_interrupted(host);
}

tf_trap tf_wasi_sched_yield(tf_host *host, uint64_t *values) {
    return tf_wasi_return(values, yield_processor(host, host->data, values));
}
