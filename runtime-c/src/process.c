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

/* --- interruptions --- */

static const int interruptions[] = {SIGINT, SIGTERM, SIGHUP};
enum { INTERRUPTIONS = sizeof interruptions / sizeof *interruptions };
static struct sigaction previous[INTERRUPTIONS];
static volatile sig_atomic_t noted, is_noting;

static void note(int signal) {
    /* A shell and the kernel both send SIGHUP when a terminal is closed; only somebody at one is impatient. */
    if (noted && signal == SIGINT) _exit(128 + signal);
    if (!noted) noted = signal;
}

void tf_note_interruptions(void) {
    if (is_noting) return;
    is_noting = 1;
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    for (int i = 0; i < INTERRUPTIONS; i++) {
        sigaction(interruptions[i], NULL, &previous[i]);
        if (previous[i].sa_handler != SIG_IGN) sigaction(interruptions[i], &action, NULL);
    }
}

int tf_interruption(void) { return noted; }

void tf_obey_interruption(void) {
    if (!is_noting) return;
    is_noting = 0;
    for (int i = 0; i < INTERRUPTIONS; i++) sigaction(interruptions[i], &previous[i], NULL);
    if (noted) raise(noted);
}
