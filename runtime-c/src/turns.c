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

static bool waits(const tf_watch *watch) { return atomic_load(&watch->waits) == atomic_load(&watch->call); }

static bool is_overdue(const tf_watch *watch, int64_t now) {
    return atomic_load(&watch->deadline) <= now || atomic_load(&watch->exhausted) == atomic_load(&watch->call);
}

static void stop(tf_thread *thread, int64_t now) {
    tf_watch *watch = &thread->watch;
    watch->turn_began = now;
    atomic_store(&watch->waits, watch->seen);
    pid_t id = atomic_load(&thread->id);
    if (id) syscall(SYS_tgkill, getpid(), id, tf_deadline_signal());
}

static void release(tf_thread *thread, int64_t now) {
    tf_watch *watch = &thread->watch;
    watch->turn_began = now;
    atomic_store(&watch->waits, 0);
    syscall(SYS_futex, &watch->waits, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Of those that wait, or of those that don't, the one whose state is the oldest. NULL: none. */
static tf_thread *oldest(tf_thread *const *guests, uint32_t count, bool waiting) {
    tf_thread *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const tf_watch *watch = &guests[i]->watch;
        if (waits(watch) != waiting) continue;
        if (!found || watch->turn_began < found->watch.turn_began) found = guests[i];
    }
    return found;
}

void tf_turns_decide(tf_thread *const *guests, uint32_t count, uint32_t most, int64_t now) {
    uint32_t running = 0, waiting = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_waiting = waits(&guests[i]->watch);
        if (is_waiting && is_overdue(&guests[i]->watch, now)) {
            release(guests[i], now);
        } else if (is_waiting) {
            waiting++;
        } else if (!is_overdue(&guests[i]->watch, now)) {
            running++;
        }
    }
    /* Turns that are over, for as many as wait; and whoever is too many. */
    uint32_t over = waiting;
    for (tf_thread *guest; running > 0 && (guest = oldest(guests, count, false)); running--) {
        bool is_over = over > 0 && now - guest->watch.turn_began >= turn_ns;
        if (running <= most && !is_over) break;
        if (is_over) over--;
        stop(guest, now);
        waiting++;
    }
    for (tf_thread *guest; waiting > 0 && running < most && (guest = oldest(guests, count, true)); running++) {
        release(guest, now);
        waiting--;
    }
}

void tf_turn_wait(tf_thread *thread) {
    tf_watch *watch = &thread->watch;
    uint32_t call = atomic_load(&watch->call);
    if (call % 2 == 1 && atomic_load(&watch->waits) == call) tf_thread_step_back(thread);
    while (call % 2 == 1 && atomic_load(&watch->waits) == call)
        syscall(SYS_futex, &watch->waits, FUTEX_WAIT_PRIVATE, call, NULL, NULL, 0);
}
