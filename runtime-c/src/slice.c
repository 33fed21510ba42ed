/* slice.c: how soon the kernel lets a thread run, and others in its place.
 *
 * A thread with a slice of the processor that is shorter than another's may take its place as soon as it wakes, with the
 * same share in the long run. Linux 6.12 and later; before, and where it is forbidden, nothing changes. */
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

void tf_set_slice(pid_t id, uint64_t nanoseconds) {
    int saved = errno;
    attributes all = {.size = sizeof all, .runtime = nanoseconds};
    /* Threads of any but the usual policy are left alone. */
    attributes now = {0};
    if (syscall(SYS_sched_getattr, id, &now, sizeof now, 0) == 0 && now.policy == 0) {
        all.nice = now.nice;
        syscall(SYS_sched_setattr, id, &all, 0);
    }
    errno = saved;
}
