/* priority.c: threads that step back behind others when their guest computes on and on.
 *
 * Two things are taken from them. Some of their priority, so that they get less while others have work; nobody may raise it
 * again without a privilege, so this is for threads that their owner replaces. And their place on the processor: the
 * kernel lets a thread finish its slice before another that woke gets it, unless the other's slice is shorter. So theirs
 * is long, until they have to end: then it is as short as can be, and their turn comes soon in spite of the priority.
 * (Slices of threads: Linux 6.12 and later. Where there are none, only the priority changes.) */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tf_watchdog.h"

/* https://man7.org/linux/man-pages/man2/sched_setattr.2.html, its first version */
typedef struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
} attributes;

/* A third of what others get who want it too. With the lowest, a function that takes a second of computing takes a
 * minute beside any other program that computes. */
static const int priority = 5;
static const uint64_t long_slice_ns = 100 * 1000 * 1000, short_slice_ns = 100 * 1000;

/* Of the usual policy, at the priority of those that stepped back. */
static void set(pid_t id, uint64_t slice) {
    int saved = errno;
    attributes all = {.size = sizeof all, .nice = priority, .runtime = slice};
    if (syscall(SYS_sched_setattr, id, &all, 0) != 0) setpriority(PRIO_PROCESS, (id_t)id, priority);
    errno = saved;
}

void tf_thread_set_replaceable(void) {
    tf_thread *thread = tf_thread_current();
    if (thread) atomic_store(&thread->watch.priority, TF_PRIORITY_LENT);
}

bool tf_thread_is_spent(void) {
    const tf_thread *thread = tf_this_thread;
    return thread && atomic_load(&thread->watch.priority) == TF_PRIORITY_SPENT;
}

void tf_thread_step_back(tf_thread *thread) {
    uint32_t lent = TF_PRIORITY_LENT;
    pid_t id = atomic_load(&thread->id);
    if (id && atomic_compare_exchange_strong(&thread->watch.priority, &lent, TF_PRIORITY_SPENT)) set(id, long_slice_ns);
}

void tf_thread_hurry(const tf_thread *thread) {
    pid_t id = atomic_load(&thread->id);
    if (id && atomic_load(&thread->watch.priority) == TF_PRIORITY_SPENT) set(id, short_slice_ns);
}
