/* process.c: see tf_process.h. */
#define _GNU_SOURCE
#include "tf_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

int tf_open_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

int tf_close_all_on_exec(void) {
    return close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0 ? 0 : -errno;
}

/* Not by /proc/thread-self/comm: under containment nothing there can be opened for writing. */
void tf_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

int tf_start_copy(int signal) {
    pid_t original = getpid(), copy = fork();
    if (copy < 0) return -errno;
    if (copy > 0) return copy;
    prctl(PR_SET_PDEATHSIG, signal);
    /* It may have ended before that was asked for. */
    if (getppid() != original) raise(signal);
    return 0;
}

void tf_drop_crash_handlers(void) {
    static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS, SIGTRAP};
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &standard, NULL);
}
