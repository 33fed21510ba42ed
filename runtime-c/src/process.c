/* process.c: see tf_process.h. */
#define _GNU_SOURCE
#include "tf_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

int tf_open_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

int tf_close_all_on_exec(void) {
    return close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0 ? 0 : -errno;
}

/* Not by /proc/thread-self/comm: under containment nothing there can be opened for writing. */
void tf_name_thread(const char *name) { prctl(PR_SET_NAME, name); }
