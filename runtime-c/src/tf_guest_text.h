/* tf_guest_text.h: the pattern of functions that generated code calls and that reach into the runtime.
 *
 * They are guest text: tf_begin checks that the host's reserve of stack is left and the time not up, a function of
 * ordinary text, which no deadline interrupts, does the work, and tf_finish raises what that returned. */
#ifndef TF_GUEST_TEXT_H
#define TF_GUEST_TEXT_H

#include "tf_trap.h"

/* A deadline that came while such a function worked only left a mark; a loop that is hardly ever outside of them
 * ends here. */
static inline __attribute__((always_inline)) void tf_begin(const tf_instance *instance) {
    tf_store *store = instance->store;
    if ((uintptr_t)__builtin_frame_address(0) < store->stack_limit) tf_raise(store, TF_TRAP_STACK_EXHAUSTED);
    if (store->interrupted) tf_raise(store, TF_TRAP_DEADLINE);
}

static inline __attribute__((always_inline)) void tf_finish(const tf_instance *instance, tf_trap trap) {
    if (trap != TF_OK) tf_raise(instance->store, trap);
}

#endif
