/* tf_sanitizer.h: what AddressSanitizer has to be told: where the stack is, and that frames on it were dropped.
 * Nothing of it is there in other builds. */
#ifndef TF_SANITIZER_H
#define TF_SANITIZER_H

#include "tf_thread.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TF_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef TF_ADDRESS_SANITIZER
/* Around tf_enter_guest, with the same `top`. */
void tf_sanitizer_enter(const tf_thread *thread, const void *top);
void tf_sanitizer_leave(const tf_thread *thread, const void *top);

/* Before a jump to a frame of the guest's stack whose stack pointer is `stack`. */
void tf_sanitizer_drop(const tf_thread *thread, uintptr_t stack);
#else
static inline void tf_sanitizer_enter(const tf_thread *thread, const void *top) { (void)thread, (void)top; }
static inline void tf_sanitizer_leave(const tf_thread *thread, const void *top) { (void)thread, (void)top; }
static inline __attribute__((always_inline)) void tf_sanitizer_drop(const tf_thread *thread, uintptr_t stack) {
    (void)thread, (void)stack;
}
#endif

#endif
