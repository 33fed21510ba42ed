#define _GNU_SOURCE
#include "tf_watchdog.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tf_trap.h"

/* Between two signals to the same overdue thread. */
static const int64_t repeat_ns = 2 * 1000 * 1000;

/* How long it goes on looking when there is nobody: waking it costs a call more than it costs to look. */
static const int64_t linger_ns = 1000 * 1000 * 1000;

/* And how long it goes on looking often. */
static const int64_t hurry_linger_ns = 50 * 1000 * 1000;

/* `next_look` is when the watchdog will look at the threads again; INT64_MAX: when it is woken. It is written before
 * looking; a call writes its deadline before reading it: one of the two sees the other. */
static _Atomic(int64_t) next_look = INT64_MAX;
/* Calls whose time is shorter than a tick would wake the watchdog each, and be over when it looks. So it looks as often
 * as the shortest of them wants it, by itself, as long as calls begin: nanoseconds between two looks. Each look lets a
 * little more pass until the next, since one call with hardly any time left says nothing of the others. */
static _Atomic(int64_t) hurry = TF_TICK_NS;
static const int64_t most_hurry_ns = 500 * 1000;
enum { hurry_growth = 32 }; /* looks until it would have doubled, about */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static bool started;

int64_t tf_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- Processor time --- */

/* What a thread has used so far: the kernel's number for another thread's clock, as pthread_getcpuclockid makes it
 * from a pthread_t. 0: the thread has ended. */
static int64_t cpu_time(pid_t id) {
    struct timespec time;
    clockid_t clock = (clockid_t)(~(unsigned)id << 3 | 6);
    return clock_gettime(clock, &time) == 0 ? (int64_t)time.tv_sec * 1000000000 + time.tv_nsec : 0;
}

/* What the present call, seen before, has used since. */
static int64_t used(const tf_thread *thread) {
    return cpu_time(atomic_load(&thread->id)) - atomic_load(&thread->watch.cpu_start);
}

/* --- Looking --- */

enum { most_long = 8192 }; /* more of them at once than that run as the kernel likes */

typedef struct look {
    int64_t now, next;
    bool is_anybody;      /* in a guest */
    uint32_t begun;       /* calls since the last look */
    uint32_t long_count;
    tf_thread *long_ones[most_long];
} look;

static void until(look *self, int64_t time) {
    if (time < self->next) self->next = time;
}

/* The thread may have left the guest, or ended and its id gone to another: its handler checks. */
static void signal_thread(look *self, tf_thread *thread) {
    pid_t id = atomic_load(&thread->id);
    tf_turn_release(thread, self->now);
    if (id) syscall(SYS_tgkill, getpid(), id, tf_deadline_signal());
    until(self, self->now + repeat_ns);
}

static void look_at_cpu_time(look *self, tf_thread *thread, uint32_t call) {
    int64_t limit = atomic_load(&thread->watch.cpu_limit);
    if (limit == INT64_MAX) return;
    int64_t left = limit - used(thread);
    if (left > 0) {
        until(self, self->now + left);
        return;
    }
    atomic_store(&thread->watch.exhausted, call);
    signal_thread(self, thread);
}

/* The first time that it is seen in this call. */
static void first_look(look *self, tf_thread *thread, uint32_t call) {
    tf_watch *watch = &thread->watch;
    watch->seen = call;
    watch->turn_began = self->now;
    watch->is_long = watch->is_busy = false;
    watch->released = INT64_MIN / 2;
    atomic_store(&watch->exhausted, 0);
    watch->cpu_seen = cpu_time(atomic_load(&thread->id));
    watch->cpu_looked = self->now;
    atomic_store(&watch->cpu_start, watch->cpu_seen);
    atomic_store(&watch->cpu_call, call);
}

/* Whether it computes, or waits for something and is in nobody's way: it has used an eighth of the time, since a look
 * that is long enough ago. */
static void look_at_business(look *self, tf_thread *thread) {
    tf_watch *watch = &thread->watch;
    int64_t elapsed = self->now - watch->cpu_looked;
    if (elapsed < TF_TICK_NS / 2) return;
    int64_t time = cpu_time(atomic_load(&thread->id));
    watch->is_busy = (time - watch->cpu_seen) * 8 >= elapsed;
    watch->cpu_seen = time;
    watch->cpu_looked = self->now;
}

static void look_at(look *self, tf_thread *thread) {
    tf_watch *watch = &thread->watch;
    uint32_t call = atomic_load(&watch->call);
    self->begun += (call - watch->last_call + 1) / 2;
    watch->last_call = call;
    int64_t deadline = atomic_load(&watch->deadline);
    if (deadline <= self->now) {
        signal_thread(self, thread);
    } else {
        until(self, deadline);
    }
    if (call % 2 == 0) return;
    self->is_anybody = true;
    if (watch->seen != call) {
        first_look(self, thread, call);
        until(self, self->now + TF_TICK_NS);
        return;
    }
    look_at_cpu_time(self, thread, call);
    if (deadline <= self->now || atomic_load(&watch->exhausted) == call) return;
    if (self->now - watch->turn_began < TF_TICK_NS && !watch->is_long) return;
    watch->is_long = true;
    look_at_business(self, thread);
    bool has_turn = atomic_load(&watch->waits) == call || self->now - watch->released < 2 * TF_TICK_NS;
    if ((watch->is_busy || has_turn) && self->long_count < most_long) self->long_ones[self->long_count++] = thread;
}

/* While others begin and end, or have a moment ago, one processor is left to them. */
static uint32_t most_running(const look *self) {
    static uint32_t processors;
    static int64_t last_begun = INT64_MIN / 2;
    if (self->begun > 0) last_begun = self->now;
    if (!processors) {
        cpu_set_t set;
        processors = sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
    }
    return self->now - last_begun < 10 * TF_TICK_NS && processors > 1 ? processors - 1 : processors;
}

/* Who comes with less time than this wakes the watchdog, and it is less again. */
static int64_t slower(int64_t pause) {
    pause += pause / hurry_growth;
    return pause < TF_TICK_NS ? pause : TF_TICK_NS;
}

/* Returns when to look again. */
static int64_t look_around(void) {
    static look self;
    static int64_t last_seen, last_begun;
    self.now = tf_now();
    self.next = INT64_MAX;
    self.begun = self.long_count = 0;
    self.is_anybody = false;
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) look_at(&self, thread);
    tf_turns_decide(self.long_ones, self.long_count, most_running(&self), self.now);
    if (self.is_anybody) last_seen = self.now;
    if (self.begun > 0) last_begun = self.now;
    int64_t pause = atomic_load(&hurry);
    int64_t longer = self.now - last_begun > hurry_linger_ns ? TF_TICK_NS : slower(pause);
    /* Whoever has made it less meanwhile is right. */
    atomic_compare_exchange_strong(&hurry, &pause, longer);
    if (self.now - last_seen < linger_ns) until(&self, self.now + atomic_load(&hurry));
    return self.next;
}

static void *watch(void *unused) {
    (void)unused;
    prctl(PR_SET_NAME, "tf-watchdog"); /* by itself: it may have no way to another thread's name */
    prctl(PR_SET_TIMERSLACK, 1);
    pthread_mutex_lock(&mutex);
    for (;;) {
        atomic_store(&next_look, INT64_MAX);
        int64_t next = look_around();
        atomic_store(&next_look, next);
        if (next == INT64_MAX) {
            pthread_cond_wait(&wake, &mutex);
        } else {
            struct timespec time = {next / 1000000000, next % 1000000000};
            pthread_cond_timedwait(&wake, &mutex, &time);
        }
    }
    return NULL;
}

/* With the mutex held. */
static void start(void) {
    if (started) return;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&wake, &clock);
    pthread_condattr_destroy(&clock);

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    started = pthread_create(&thread, &attributes, watch, NULL) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Has it look before a deadline. False: there can be no watchdog. */
static bool wake_watchdog(int64_t deadline) {
    int64_t left = deadline - tf_now();
    if (left < most_hurry_ns) left = most_hurry_ns;
    pthread_mutex_lock(&mutex);
    if (left < atomic_load(&hurry)) atomic_store(&hurry, left * 3 / 4); /* the next ones may have a little less */
    start();
    bool watched = started;
    if (watched) pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
    return watched;
}

/* --- Calls --- */

static tf_trap end_store(tf_store *store, tf_trap why) {
    store->interrupted = why;
    return why;
}

/* The call is seen from now on; `call` is published by the deadline, which is written behind it. */
static void announce(tf_thread *thread, int64_t cpu_left) {
    tf_watch *watch = &thread->watch;
    atomic_store_explicit(&watch->cpu_limit, cpu_left, memory_order_relaxed);
    uint32_t call = atomic_load_explicit(&watch->call, memory_order_relaxed);
    atomic_store_explicit(&watch->call, call + 1, memory_order_release);
}

tf_trap tf_watch_begin(tf_thread *thread, tf_store *store, int64_t *before) {
    tf_watch *watch = &thread->watch;
    int64_t deadline = *before = atomic_load_explicit(&watch->deadline, memory_order_relaxed);
    if (store->interrupted) return store->interrupted;
    bool is_limited = store->deadline != INT64_MAX || store->cpu_left != INT64_MAX;
    if (!is_limited) return TF_OK;
    if (store->deadline < deadline) {
        if (store->deadline <= tf_now()) return end_store(store, TF_TRAP_DEADLINE);
        deadline = store->deadline;
    }
    if (store->cpu_left <= 0) return end_store(store, TF_TRAP_CPU_TIME);
    if (!thread->innermost) announce(thread, store->cpu_left);
    atomic_store(&watch->deadline, deadline);
    int64_t next = atomic_load(&next_look);
    if ((next != INT64_MAX && deadline >= next) || wake_watchdog(deadline)) return TF_OK;
    tf_watch_end(thread, store, *before);
    return TF_TRAP_OUT_OF_MEMORY;
}

/* What the call used is known, and more than nothing, only if the watchdog saw it. */
static void charge(const tf_watch *watch, tf_store *store, uint32_t call) {
    if (store->cpu_left == INT64_MAX || atomic_load(&watch->cpu_call) != call) return;
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    store->cpu_left -= (int64_t)time.tv_sec * 1000000000 + time.tv_nsec - atomic_load(&watch->cpu_start);
}

void tf_watch_end(tf_thread *thread, tf_store *store, int64_t before) {
    tf_watch *watch = &thread->watch;
    uint32_t call = atomic_load_explicit(&watch->call, memory_order_relaxed);
    if (!thread->innermost && call % 2 == 1) {
        charge(watch, store, call);
        atomic_store_explicit(&watch->call, call + 1, memory_order_release);
    }
    if (atomic_load_explicit(&watch->deadline, memory_order_relaxed) != before)
        atomic_store_explicit(&watch->deadline, before, memory_order_release);
}

tf_trap tf_watch_verdict(const tf_thread *thread) {
    const tf_watch *watch = &thread->watch;
    if (atomic_load(&watch->deadline) <= tf_now()) return TF_TRAP_DEADLINE;
    uint32_t call = atomic_load(&watch->call);
    return call % 2 == 1 && atomic_load(&watch->exhausted) == call ? TF_TRAP_CPU_TIME : TF_OK;
}
