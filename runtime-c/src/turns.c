/* turns.c: who of the guests that run long may run now.
 *
 * A thread that is overdue has to get a processor before it can end, and so has one that begins: with many threads that
 * compute without end that takes as long as all their slices. So only as many of them run as there are processors. The
 * others sleep in the signal handler, in the middle of their code, which holds no lock and waits for nobody; they take
 * turns of a few milliseconds, in the order they came. What ends within a tick or two never notices. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tf_trap.h"
#include "tf_watchdog.h"

/* A turn: long beside the cost of a change, short beside what anybody would notice. */
static const int64_t turn_ns = 2 * TF_TICK_NS;

/* Told to, and does: whoever was in the runtime or a host function then goes on. */
static bool waits(const tf_watch *watch) {
    uint32_t call = atomic_load(&watch->call);
    return atomic_load(&watch->waits) == call && atomic_load(&watch->parked) == call;
}

/* Computes, or would if it had a processor already. */
static bool runs(const tf_watch *watch, int64_t now) {
    return !waits(watch) && (watch->is_busy || now - watch->released < 2 * TF_TICK_NS);
}

static void stop(tf_thread *thread, int64_t now) {
    tf_watch *watch = &thread->watch;
    watch->turn_began = now;
    atomic_store(&watch->waits, watch->seen);
    pid_t id = atomic_load(&thread->id);
    if (id) syscall(SYS_tgkill, getpid(), id, tf_deadline_signal());
}

void tf_turn_release(tf_thread *thread, int64_t now) {
    tf_watch *watch = &thread->watch;
    if (atomic_load(&watch->waits) == 0) return;
    watch->turn_began = watch->released = now;
    atomic_store(&watch->waits, 0);
    syscall(SYS_futex, &watch->waits, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Of those that wait, or of those that run, the one whose state is the oldest. NULL: none. */
static tf_thread *oldest(tf_thread *const *guests, uint32_t count, bool waiting, int64_t now) {
    tf_thread *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const tf_watch *watch = &guests[i]->watch;
        if (waiting ? !waits(watch) : !runs(watch, now)) continue;
        if (!found || watch->turn_began < found->watch.turn_began) found = guests[i];
    }
    return found;
}

void tf_turns_decide(tf_thread *const *guests, uint32_t count, uint32_t most, int64_t now) {
    uint32_t running = 0, waiting = 0;
    for (uint32_t i = 0; i < count; i++) {
        waiting += waits(&guests[i]->watch);
        running += runs(&guests[i]->watch, now);
    }
    /* Turns that are over, for as many as wait; and whoever is too many. Stopped ones don't wait yet. */
    uint32_t over = waiting;
    for (uint32_t left = running; left > 0; left--) {
        tf_thread *guest = oldest(guests, count, false, now);
        if (!guest) break; /* one that was told to before began to wait meanwhile */
        bool is_over = over > 0 && now - guest->watch.turn_began >= turn_ns;
        if (running <= most && !is_over) break;
        if (is_over) over--;
        stop(guest, now);
        running--;
    }
    for (; waiting > 0 && running < most; waiting--, running++) {
        tf_thread *guest = oldest(guests, count, true, now);
        if (!guest) break; /* it has ended meanwhile */
        tf_turn_release(guest, now);
    }
}

void tf_turn_wait(tf_thread *thread) {
    tf_watch *watch = &thread->watch;
    uint32_t call = atomic_load(&watch->call);
    if (call % 2 == 0) return;
    atomic_store(&watch->parked, call);
    while (atomic_load(&watch->waits) == call)
        syscall(SYS_futex, &watch->waits, FUTEX_WAIT_PRIVATE, call, NULL, NULL, 0);
    atomic_store(&watch->parked, 0);
}
