/* wasi_proc.c: ending, signals, yielding. */
#include "wasi_internal.h"
#include <sched.h>

static int proc_exit(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)wasi;
    tf_store_set_exit(tf_host_store(host), (uint32_t)v[0]);
    return tf_wasi_trap(TF_EXIT);
}
TF_WASI_ENTRY(proc_exit)

/* No guest may signal the process it shares with others, and it has none of its own. */
static int proc_raise(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    (void)wasi;
    return (uint32_t)v[0] == 0 ? WASI_SUCCESS : WASI_NOTSUP;
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
