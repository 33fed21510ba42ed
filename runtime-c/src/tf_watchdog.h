/* tf_watchdog.h: deadlines. One thread per process sleeps until the earliest deadline of all running calls and
 * signals the threads that are overdue, again every few milliseconds until they are out. Costs running guests
 * nothing, and a call two atomic stores. */
#ifndef TF_WATCHDOG_H
#define TF_WATCHDOG_H

#include "tf_thread.h"

/* CLOCK_MONOTONIC in nanoseconds. Safe in signal handlers. */
int64_t tf_now(void);

/* Puts the thread under the store's deadline, or the one it is already under if that is earlier; `before` gets the
 * latter, for tf_watch_end. TF_TRAP_DEADLINE: it has passed. TF_TRAP_OUT_OF_MEMORY: there can be no watchdog. */
tf_trap tf_watch_begin(tf_thread *thread, tf_store *store, int64_t *before);
void tf_watch_end(tf_thread *thread, int64_t before);

#endif
