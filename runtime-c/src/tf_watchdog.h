/* tf_watchdog.h: limits on time, and turns. One thread of the process looks at the threads that run guests whose time
 * is limited: when the earliest deadline comes, and every few milliseconds as long as there are such guests, or as
 * often as calls with less time begin. It signals threads that are overdue, again and again until they are out, and
 * those that have to wait for their turn. Costs running guests nothing, and a call a few stores.
 */
#ifndef TF_WATCHDOG_H
#define TF_WATCHDOG_H

#include "tf_thread.h"

/* CLOCK_MONOTONIC in nanoseconds. Safe in signal handlers. */
int64_t tf_now(void);

/* Puts the thread under the store's limits, or the deadline it is already under if that is earlier; `before` gets the
 * latter, for tf_watch_end. TF_TRAP_DEADLINE, TF_TRAP_CPU_TIME: there is no time left. TF_TRAP_OUT_OF_MEMORY: there
 * can be no watchdog. */
tf_trap tf_watch_begin(tf_thread *thread, tf_store *store, int64_t *before);
void tf_watch_end(tf_thread *thread, tf_store *store, int64_t before);

/* Why the guest of this thread has to end: TF_OK, TF_TRAP_DEADLINE or TF_TRAP_CPU_TIME. For the signal handler. */
tf_trap tf_watch_verdict(const tf_thread *thread);

/* --- Turns: turns.c --- */

/* Between two looks at running guests. A guest that is found in the same call after this time is a long one. */
#define TF_TICK_NS INT64_C(5000000)

/* Lets at most `most` of the long guests run, which compute or wait already; the others wait, and take turns. For the
 * watchdog. */
void tf_turns_decide(tf_thread *const *guests, uint32_t count, uint32_t most, int64_t now);

/* Lets one go on. */
void tf_turn_release(tf_thread *thread, int64_t now);

/* Waits while it is not this guest's turn. For the signal handler, in code that may be left at any time. */
void tf_turn_wait(tf_thread *thread);

#endif
