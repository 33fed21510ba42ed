/* tf_pace.h: the processor time that a thread used for short pieces of work, at the price of a look at the clock each.
 *
 * A thread's own clock is a system call, too much for pieces of a few microseconds; so it is read again only when it
 * was read too long ago. */
#ifndef TF_PACE_H
#define TF_PACE_H

#include <stdint.h>

/* How much tf_pace_used may tell too much, in nanoseconds. */
static const int64_t tf_pace_error = 300 * 1000;

/* The calling thread begins a piece of work. `now` is of CLOCK_MONOTONIC, in nanoseconds. */
void tf_pace_begin(int64_t now);

/* The processor time that this thread has used since, in nanoseconds: never too little. */
int64_t tf_pace_used(void);

#endif
