/* wasi_clock.c: clocks and random bytes. */
#include "wasi_internal.h"
#include "wasi_clock.h"
#include <sys/random.h>

bool tf_wasi_clock(uint32_t id, clockid_t *clock) {
    switch (id) {
    case 0: *clock = CLOCK_REALTIME; return true;
    case 1: *clock = CLOCK_MONOTONIC; return true;
    /* Both processor clocks are this thread's: the process's would tell of other guests. */
    case 2: case 3: *clock = CLOCK_THREAD_CPUTIME_ID; return true;
    default: return false;
    }
}

static int store_time(tf_host *host, uint32_t address, const struct timespec *time) {
    uint64_t value = (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
    return tf_guest_store_u64(host, address, value) ? WASI_SUCCESS : WASI_FAULT;
}

/* In nanoseconds, at most a second. */
static long resolution(const tf_wasi *wasi) { return wasi->clock_resolution ? (long)wasi->clock_resolution : 1; }

static int clock_time_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    /* v[1], the precision asked for, is no concern: every clock is as fine as the guest may know. */
    clockid_t clock;
    struct timespec time;
    if (!tf_wasi_clock((uint32_t)v[0], &clock)) return WASI_INVAL;
    if (clock_gettime(clock, &time) != 0) return tf_wasi_errno(errno);
    time.tv_nsec -= time.tv_nsec % resolution(wasi);
    return store_time(host, (uint32_t)v[2], &time);
}
TF_WASI_ENTRY(clock_time_get)

static int clock_res_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    clockid_t clock;
    struct timespec time;
    if (!tf_wasi_clock((uint32_t)v[0], &clock)) return WASI_INVAL;
    if (clock_getres(clock, &time) != 0) return tf_wasi_errno(errno);
    if (time.tv_sec == 0 && time.tv_nsec < resolution(wasi)) time.tv_nsec = resolution(wasi);
    return store_time(host, (uint32_t)v[1], &time);
}
TF_WASI_ENTRY(clock_res_get)

/* --- random bytes --- */

static int from_kernel(tf_host *host, uint8_t *buffer, size_t count) {
    while (count) {
        ssize_t got = getrandom(buffer, count, 0);
        if (got < 0 && errno != EINTR) return tf_wasi_errno(errno);
        if (got > 0) {
            buffer += got;
            count -= (size_t)got;
        }
        /* A guest may ask for gigabytes: look at the deadline between the kernel's portions. */
        int interrupted = tf_wasi_interrupted(host);
        if (interrupted) return interrupted;
    }
    return WASI_SUCCESS;
}

static int from_source(tf_host *host, tf_wasi *wasi, uint8_t *buffer, size_t count) {
    if (!wasi->fill) return from_kernel(host, buffer, count);
    int result = wasi->fill(wasi->fill_context, buffer, count);
    return result ? tf_wasi_errno(-result) : WASI_SUCCESS;
}

static int random_bytes(tf_host *host, tf_wasi *wasi, uint8_t *buffer, size_t count) {
    if (count > TF_WASI_RANDOM_BYTES) return from_source(host, wasi, buffer, count);
    if (count > wasi->random_left) {
        int result = from_source(host, wasi, wasi->random, TF_WASI_RANDOM_BYTES);
        if (result != WASI_SUCCESS) {
            wasi->random_left = 0;
            return result;
        }
        wasi->random_left = TF_WASI_RANDOM_BYTES;
    }
    uint8_t *next = wasi->random + (TF_WASI_RANDOM_BYTES - wasi->random_left);
    memcpy(buffer, next, count);
    explicit_bzero(next, count); /* what was handed out is no longer known here */
    wasi->random_left -= (uint32_t)count;
    return WASI_SUCCESS;
}

static int random_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    uint32_t count = (uint32_t)v[1];
    uint8_t *buffer = tf_wasi_bytes(host, (uint32_t)v[0], count);
    return buffer ? random_bytes(host, wasi, buffer, count) : WASI_FAULT;
}
TF_WASI_ENTRY(random_get)
