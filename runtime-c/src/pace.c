/* pace.c: the processor time of short pieces of work. */
#define _GNU_SOURCE
#include "tf_pace.h"

#include <time.h>

static _Thread_local struct {
    int64_t read_at; /* by the clock; 0: never */
    int64_t used;    /* by then */
} last;

static int64_t thread_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void tf_pace_begin(int64_t now) {
    if (last.read_at && now - last.read_at < tf_pace_error) return;
    last.used = thread_time();
    last.read_at = now;
}

int64_t tf_pace_used(void) { return thread_time() - last.used; }
