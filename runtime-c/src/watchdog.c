#define _GNU_SOURCE
#include "tf_watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tf_trap.h"

/* Between two signals to the same overdue thread. */
static const int64_t repeat_ns = 2 * 1000 * 1000;

/* `next_look` is when the watchdog will look at the threads again. It is written before looking; a call writes its
 * deadline before reading it: one of the two sees the other. Whoever has an earlier deadline wakes the watchdog. */
static _Atomic(int64_t) next_look = INT64_MAX;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static bool started;

int64_t tf_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Signals overdue threads. Returns when to look again. */
static int64_t look(void) {
    int64_t now = tf_now(), next = INT64_MAX;
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) {
        int64_t deadline = atomic_load(&thread->deadline);
        if (deadline <= now) {
            /* The thread may have left the guest, or ended and its id gone to another: its handler checks. */
            pid_t id = atomic_load(&thread->id);
            if (id) syscall(SYS_tgkill, getpid(), id, tf_deadline_signal());
            deadline = now + repeat_ns;
        }
        if (deadline < next) next = deadline;
    }
    return next;
}

static void *watch(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    for (;;) {
        atomic_store(&next_look, INT64_MAX);
        int64_t next = look();
        atomic_store(&next_look, next);
        if (next == INT64_MAX) {
            pthread_cond_wait(&wake, &mutex);
        } else {
            struct timespec until = {next / 1000000000, next % 1000000000};
            pthread_cond_timedwait(&wake, &mutex, &until);
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
    if (started) pthread_setname_np(thread, "tf-watchdog");
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

tf_trap tf_watch_begin(tf_thread *thread, tf_store *store, int64_t *before) {
    *before = atomic_load_explicit(&thread->deadline, memory_order_relaxed);
    if (store->interrupted) return TF_TRAP_DEADLINE;
    if (store->deadline >= *before) return TF_OK;
    if (store->deadline <= tf_now()) {
        store->interrupted = true;
        return TF_TRAP_DEADLINE;
    }
    atomic_store(&thread->deadline, store->deadline);
    if (store->deadline >= atomic_load(&next_look)) return TF_OK;

    pthread_mutex_lock(&mutex);
    start();
    bool watched = started;
    if (watched) pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
    if (watched) return TF_OK;
    tf_watch_end(thread, *before);
    return TF_TRAP_OUT_OF_MEMORY;
}

void tf_watch_end(tf_thread *thread, int64_t before) {
    if (atomic_load_explicit(&thread->deadline, memory_order_relaxed) != before)
        atomic_store_explicit(&thread->deadline, before, memory_order_release);
}
