/* descendants.c: see tf_descendants.h.
 *
 * Killing a child leaves what it started: that becomes a child of the next ancestor that asked for it, so it is found
 * in the list of children, and killed, until there are none. The list is a file that is opened once, before the
 * process gives up opening such files. */
#define _GNU_SOURCE
#include "tf_descendants.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tf_process.h"

enum { kept_number = 3, list_number = 4 };

static int list_of_children = -1;

static int arrange(int kept) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return -errno;
    /* Out of the way of those that it is to be moved to. */
    int moved = fcntl(kept, F_DUPFD_CLOEXEC, list_number + 1);
    if (moved < 0) return -errno;
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (dup2(nothing, stream) < 0) return -errno;
    if (dup3(moved, kept_number, O_CLOEXEC) < 0) return -errno;
    return close_range(list_number, UINT_MAX, 0) == 0 ? kept_number : -errno;
}

static void write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t written = write(file, text, strlen(text));
    (void)written;
    close(file);
}

int tf_stand_apart(int kept, const char *name) {
    tf_drop_crash_handlers();
    signal(SIGCHLD, SIG_DFL);
    tf_name_thread(name);
    int number = arrange(kept);
    if (number < 0 || chdir("/") != 0) return number < 0 ? number : -errno;
    write_text("/proc/self/oom_score_adj", "800");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return -errno;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    list_of_children = open(path, O_RDONLY | O_CLOEXEC);
    return number;
}

void tf_bound_work(unsigned seconds, int niceness) {
    struct rlimit limit = {seconds, seconds};
    setrlimit(RLIMIT_CPU, &limit);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    setpriority(PRIO_PROCESS, 0, niceness);
}

/* Returns whether any was found. */
static bool kill_listed(void) {
    char text[4096];
    ssize_t count = list_of_children < 0 ? 0 : pread(list_of_children, text, sizeof text - 1, 0);
    if (count <= 0) return false;
    text[count] = 0;
    bool found = false;
    char *at = text, *end = text + count;
    /* The last number may be cut short: it has its turn when those before it are gone. */
    if (count == sizeof text - 1)
        while (end > text && end[-1] != ' ') *--end = 0;
    while (at < end) {
        long number = strtol(at, &at, 10);
        if (number <= 0) break;
        found = kill((pid_t)number, SIGKILL) == 0 || found;
        while (*at == ' ') at++;
    }
    return found;
}

int tf_end_descendants(pid_t child) {
    int status = 0, result = -1;
    if (child > 0) kill(child, SIGKILL);
    while (true) {
        bool found = kill_listed();
        pid_t ended = waitpid(-1, &status, found || result == -1 ? 0 : WNOHANG);
        if (ended == child) result = status;
        if (ended < 0 && errno == EINTR) continue;
        if (ended < 0 || (ended == 0 && !found)) return result;
    }
}

void tf_ignore_children(void) { signal(SIGCHLD, SIG_IGN); }
