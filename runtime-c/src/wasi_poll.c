/* wasi_poll.c: waiting for clocks and descriptors.
 *
 * One ppoll for all descriptors, its timeout the earliest of the clocks and the guest's deadline. Streams served by
 * callbacks and regular files are always ready.
 */
#include "wasi_internal.h"
#include "wasi_clock.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

enum { CLOCK, FD_READ, FD_WRITE };
/* More than any program asks for; bounds the memory this takes outside of the guest's. */
enum { MOST_SUBSCRIPTIONS = 4096, FEW = 16, EVENT = 32 };

static const uint64_t never = UINT64_MAX;

/* A subscription, read from the guest once. */
typedef struct subscription {
    uint64_t userdata;
    uint64_t due;      /* of a clock: monotonic nanoseconds */
    uint64_t available; /* bytes to read, when an event is made of it */
    uint8_t kind;
    bool hung_up, ready;
    int error;         /* to report right away */
    int slot;          /* index of its pollfd, or -1 */
} subscription;

static uint64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t add(uint64_t a, uint64_t b) { return a > never - b ? never : a + b; }

static void take_clock(subscription *s, uint32_t id, uint64_t timeout, uint16_t flags) {
    clockid_t clock;
    if (id > 1 || flags & ~1u || !tf_wasi_clock(id, &clock)) {
        s->error = WASI_INVAL;
        return;
    }
    uint64_t monotonic = now(CLOCK_MONOTONIC);
    if (flags & 1) { /* an absolute time */
        uint64_t there = now(clock);
        timeout = timeout > there ? timeout - there : 0;
    }
    s->due = add(monotonic, timeout);
}

static void take_descriptor(subscription *s, tf_wasi *wasi, uint32_t descriptor, struct pollfd *polls, int *used) {
    tf_wasi_entry *entry;
    uint64_t right = s->kind == FD_READ ? WASI_RIGHT_FD_READ : WASI_RIGHT_FD_WRITE;
    s->error = tf_wasi_file(wasi, descriptor, right, &entry);
    if (s->error == WASI_SUCCESS) s->error = tf_wasi_any(wasi, descriptor, WASI_RIGHT_POLL_FD_READWRITE, &entry);
    if (s->error != WASI_SUCCESS) return;
    if (entry->kind == TF_WASI_STREAM || entry->node) {
        uint64_t left = entry->node && tf_memfs_size(entry->node) > entry->position
            ? tf_memfs_size(entry->node) - entry->position : 0;
        s->ready = true;
        s->available = entry->node && s->kind == FD_READ ? left : 1;
        return;
    }
    s->slot = *used;
    polls[(*used)++] = (struct pollfd){ .fd = entry->host, .events = s->kind == FD_READ ? POLLIN : POLLOUT };
}

/* False: there is no such kind of subscription. */
static bool take(subscription *s, const uint8_t *in, bool unstable, tf_wasi *wasi, struct pollfd *polls, int *used) {
    *s = (subscription){ .userdata = tf_wasi_load64(in), .kind = in[8], .due = never, .slot = -1 };
    if (s->kind == FD_READ || s->kind == FD_WRITE) {
        take_descriptor(s, wasi, tf_wasi_load32(in + 16), polls, used);
    } else if (s->kind == CLOCK) {
        const uint8_t *at = in + (unstable ? 24 : 16); /* wasi_unstable has an identifier first */
        uint16_t flags;
        memcpy(&flags, at + 24, sizeof flags);
        take_clock(s, tf_wasi_load32(at), tf_wasi_load64(at + 8), flags);
    } else {
        return false;
    }
    return true;
}

/* What poll found out about a subscription's descriptor. */
static void look(subscription *s, const struct pollfd *polls) {
    if (s->slot < 0) return;
    short found = polls[s->slot].revents;
    if (!found) return;
    s->ready = true;
    s->hung_up = found & (POLLHUP | POLLERR);
    int available = 0;
    if (found & POLLNVAL) s->error = WASI_BADF;
    else if (s->kind == FD_READ && ioctl(polls[s->slot].fd, FIONREAD, &available) == 0 && available > 0)
        s->available = (uint64_t)available;
}

/* Waits for the first of the subscriptions. */
static int wait(tf_host *host, subscription *all, uint32_t count, struct pollfd *polls, int used) {
    const tf_store *store = tf_host_store(host);
    uint64_t due = never;
    bool at_once = false;
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].due < due) due = all[i].due;
        if (all[i].error || all[i].ready) at_once = true;
    }
    for (;;) {
        int64_t remaining = tf_store_remaining_ns(store);
        if (remaining <= 0 || tf_store_interrupted(store)) return tf_wasi_trap(TF_TRAP_DEADLINE);
        uint64_t monotonic = now(CLOCK_MONOTONIC);
        uint64_t left = at_once || due <= monotonic ? 0 : due - monotonic;
        uint64_t pause = left < (uint64_t)remaining ? left : (uint64_t)remaining;
        struct timespec timeout = { (time_t)(pause / 1000000000u), (long)(pause % 1000000000u) };
        int found = ppoll(polls, (nfds_t)used, &timeout, NULL);
        if (found < 0 && errno != EINTR) return tf_wasi_errno(errno);
        if (found > 0 || (found == 0 && pause == left)) break;
    }
    for (uint32_t i = 0; i < count; i++) look(&all[i], polls);
    return WASI_SUCCESS;
}

/* Writes the events there are; returns how many. */
static uint32_t report(const subscription *all, uint32_t count, uint8_t *out) {
    uint64_t monotonic = now(CLOCK_MONOTONIC);
    uint32_t events = 0;
    for (uint32_t i = 0; i < count; i++) {
        const subscription *s = &all[i];
        if (!s->ready && !s->error && s->due > monotonic) continue;
        uint8_t *event = out + (size_t)EVENT * events++;
        memset(event, 0, EVENT);
        tf_wasi_put64(event, s->userdata);
        event[8] = (uint8_t)s->error;
        event[10] = s->kind;
        tf_wasi_put64(event + 16, s->available);
        event[24] = s->hung_up;
    }
    return events;
}

static int poll_all(tf_host *host, tf_wasi *wasi, const uint64_t *v, bool unstable, subscription *all,
                    struct pollfd *polls) {
    uint32_t count = (uint32_t)v[2];
    size_t size = unstable ? 56 : 48;
    const uint8_t *in = tf_wasi_array(host, (uint32_t)v[0], count, size);
    if (!in || !tf_wasi_array(host, (uint32_t)v[1], count, EVENT) || !tf_wasi_bytes(host, (uint32_t)v[3], 4))
        return WASI_FAULT;
    int used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!take(&all[i], in + size * i, unstable, wasi, polls, &used)) return WASI_INVAL;
    int result = wait(host, all, count, polls, used);
    if (result != WASI_SUCCESS) return result;
    uint8_t *out = tf_wasi_array(host, (uint32_t)v[1], count, EVENT);
    if (!out) return WASI_FAULT;
    uint32_t events = report(all, count, out);
    return tf_guest_store_u32(host, (uint32_t)v[3], events) ? WASI_SUCCESS : WASI_FAULT;
}

static int poll_any(tf_host *host, tf_wasi *wasi, const uint64_t *v, bool unstable) {
    subscription few[FEW], *all = few;
    struct pollfd few_polls[FEW], *polls = few_polls;
    uint32_t count = (uint32_t)v[2];
    if (count == 0 || count > MOST_SUBSCRIPTIONS) return WASI_INVAL;
    if (count > FEW) {
        all = malloc(count * (sizeof *all + sizeof *polls));
        if (!all) return WASI_NOMEM;
        polls = (struct pollfd *)(all + count);
    }
    int result = poll_all(host, wasi, v, unstable, all, polls);
    if (all != few) free(all);
    return result;
}

static int poll_oneoff(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return poll_any(host, wasi, v, false); }
TF_WASI_ENTRY(poll_oneoff)

static int unstable_poll_oneoff(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return poll_any(host, wasi, v, true);
}
TF_WASI_ENTRY(unstable_poll_oneoff)
