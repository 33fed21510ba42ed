/* containment_calls.c: the system calls that a server needs, and what for.
 *
 * What is not here fails: starting programs and processes (execve, fork: clone without a thread), looking into others
 * (ptrace, process_vm_*, kill), making other processes (unshare, setns), mounting, tracing (bpf, perf), the kernel's
 * less tested doors (io_uring, userfaultfd, keyctl), and memory that is code without being a file. */
#define _GNU_SOURCE
#include <asm/ioctls.h>
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tf_call_filter.h"

#define COUNT(...) (sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define BITS(argument, bits, ...) \
    {.mask = (bits), .half = 2 * (argument), .count = COUNT(__VA_ARGS__), .values = {__VA_ARGS__}}
#define IS(argument, ...) BITS(argument, UINT32_MAX, __VA_ARGS__)
#define ARE_NULL(argument) IS(argument, 0), {.mask = UINT32_MAX, .half = 2 * (argument) + 1, .count = 1}

#define ALLOW(call) {.number = __NR_##call}
#define ALLOW_IF(call, ...) {.number = __NR_##call, .tests = {__VA_ARGS__}}
#define CONNECT(call) {.number = __NR_##call, .connects = true}
#define CONNECT_IF(call, ...) {.number = __NR_##call, .connects = true, .tests = {__VA_ARGS__}}

/* linux/prctl.h of older systems lacks it: names for mappings, by malloc. */
#define SET_VMA 0x53564D41
/* Kinds of processes, in place of threads: none may be made. */
#define NOT_A_THREAD                                                                                          \
    ((uint32_t)CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET | CLONE_VFORK | CLONE_PTRACE | CLONE_PARENT | CLONE_PIDFD)
#define MAP_KIND 0x0Fu /* shared or private */

const tf_call_row tf_call_rows[] = {
    /* Memory of guests, of malloc, of stacks: never code. */
    ALLOW_IF(mmap, BITS(2, PROT_EXEC, 0)),
    ALLOW_IF(mprotect, BITS(2, PROT_EXEC, 0)),
    /* Code: what dlopen maps of a file. */
    ALLOW_IF(mmap, BITS(2, PROT_WRITE | PROT_EXEC, PROT_EXEC), BITS(3, MAP_KIND | MAP_ANONYMOUS, MAP_PRIVATE)),

    /* The watchdog, abort. */
    ALLOW_IF(tgkill, IS(0, TF_OWN_PROCESS)),
    /* NIO and libcurl send on connected sockets: to nowhere else. */
    ALLOW_IF(sendto, ARE_NULL(4)),
    /* NIO, leases of files that are read, the compiler's pipe. F_SETOWN would signal others. */
    ALLOW_IF(fcntl, IS(1, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_SETSIG, F_SETLEASE, F_SETPIPE_SZ)),
    /* Databases, so that two servers can share one. */
    ALLOW_IF(fcntl, IS(1, F_GETLK, F_SETLK)),
    /* stdio asks whether it writes to a terminal, the resolver how long an answer is. */
    ALLOW_IF(ioctl, IS(1, TCGETS, FIONREAD)),
    /* Names of threads, and the watchdog's punctuality. */
    ALLOW_IF(prctl, IS(0, PR_SET_NAME, PR_GET_NAME, PR_SET_TIMERSLACK, SET_VMA)),
    /* Threads, and nothing else: glibc tries clone3 first, whose arguments no filter sees, and then this. */
    ALLOW_IF(clone, BITS(0, CLONE_THREAD | NOT_A_THREAD, CLONE_THREAD)),
    {.number = __NR_clone3, .error = ENOSYS},
    /* Limits of its own. */
    ALLOW_IF(prlimit64, IS(0, 0, TF_OWN_PROCESS)),
    ALLOW_IF(setpriority, IS(0, PRIO_PROCESS)),
    ALLOW_IF(sched_setscheduler, IS(1, SCHED_OTHER, SCHED_BATCH, SCHED_IDLE)),
    /* Descriptors that libraries open. */
    ALLOW_IF(close_range, IS(2, CLOSE_RANGE_CLOEXEC)),
    /* The cache closes its code to others. Landlock has no say in modes: no other one can be set. */
    ALLOW_IF(fchmodat, IS(2, 0600)),
#ifdef __NR_chmod
    ALLOW_IF(chmod, IS(1, 0600)),
#endif
    /* Outgoing requests: libcurl, and the C library for names. Local sockets lead to other services; in pairs they wake
     * libcurl's resolver. */
    CONNECT_IF(socket, IS(0, AF_INET, AF_INET6), BITS(1, 0x0F, SOCK_STREAM, SOCK_DGRAM)),
    CONNECT_IF(socketpair, IS(0, AF_UNIX)),
    CONNECT(connect),
    CONNECT(sendmmsg),
    CONNECT(recvmsg),

    /* Memory. */
    ALLOW(munmap), ALLOW(mremap), ALLOW(madvise), ALLOW(brk), ALLOW(membarrier), ALLOW(mincore),
    /* Threads, locks, the watchdog's and the compiler's priorities. */
    ALLOW(futex), ALLOW(set_robust_list), ALLOW(rseq), ALLOW(gettid), ALLOW(exit), ALLOW(exit_group),
    ALLOW(sched_yield), ALLOW(sched_getaffinity), ALLOW(sched_setaffinity), ALLOW(sched_getparam),
    ALLOW(sched_getscheduler), ALLOW(sched_get_priority_max),
    ALLOW(sched_get_priority_min), ALLOW(getpriority), ALLOW(getcpu),
    /* Signals: faults of guests, deadlines, SIGTERM. */
    ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(rt_sigtimedwait), ALLOW(rt_sigsuspend),
    ALLOW(sigaltstack), ALLOW(restart_syscall),
    /* Time. */
    ALLOW(clock_gettime), ALLOW(clock_getres), ALLOW(clock_nanosleep), ALLOW(nanosleep), ALLOW(gettimeofday),
    ALLOW(timerfd_create), ALLOW(timerfd_settime),
    /* Waiting: NIO, the watcher of the folder, libcurl. */
    ALLOW(epoll_create1), ALLOW(epoll_ctl), ALLOW(epoll_pwait), ALLOW(ppoll), ALLOW(eventfd2), ALLOW(pipe2),
    ALLOW(inotify_init1), ALLOW(inotify_add_watch), ALLOW(inotify_rm_watch),
    /* Files of the folder and of the cache. */
    ALLOW(openat), ALLOW(openat2), ALLOW(close), ALLOW(read), ALLOW(readv), ALLOW(pread64), ALLOW(preadv),
    ALLOW(write), ALLOW(writev), ALLOW(pwrite64), ALLOW(pwritev), ALLOW(lseek), ALLOW(fstat), ALLOW(newfstatat),
    ALLOW(statx), ALLOW(fstatfs), ALLOW(faccessat), ALLOW(faccessat2), ALLOW(getdents64), ALLOW(readlinkat),
    ALLOW(getcwd), ALLOW(sendfile),
    /* The cache, and databases. */
    ALLOW(flock), ALLOW(fsync), ALLOW(fdatasync), ALLOW(ftruncate), ALLOW(fallocate), ALLOW(unlinkat),
    ALLOW(mkdirat), ALLOW(renameat2), ALLOW(utimensat),
    /* Connections. listen: NIO, on the socket that it is given, which listens already. */
    ALLOW(accept4), ALLOW(listen), ALLOW(getsockname), ALLOW(getpeername), ALLOW(getsockopt), ALLOW(setsockopt),
    ALLOW(shutdown), ALLOW(recvfrom),
    /* What the process is. */
    ALLOW(getpid), ALLOW(getppid), ALLOW(getuid), ALLOW(geteuid), ALLOW(getgid), ALLOW(getegid), ALLOW(getrandom),
    ALLOW(getrusage), ALLOW(uname), ALLOW(sysinfo),
#ifdef __x86_64__
    /* The same, as this machine's C library still asks for it. */
    ALLOW(open), ALLOW(stat), ALLOW(lstat), ALLOW(access), ALLOW(readlink), ALLOW(unlink), ALLOW(mkdir), ALLOW(rmdir),
    ALLOW(rename), ALLOW(poll), ALLOW(epoll_wait), ALLOW(epoll_create), ALLOW(getrlimit), ALLOW(time),
#endif
#ifdef __NR_renameat
    ALLOW(renameat),
#endif
};

const size_t tf_call_row_count = sizeof tf_call_rows / sizeof *tf_call_rows;
