/* sanitizer.c: see tf_sanitizer.h. */
#include "tf_sanitizer.h"

#ifdef TF_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Faults, and the stacks that they are handled on, are ours. Fake stacks would put locals where no guest's stack
 * is. Interned types and code ranges are kept on purpose. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:use_sigaltstack=0:"
           "detect_stack_use_after_return=0:detect_leaks=0";
}

/* The host's stack, while this thread is on its guest stack. */
static _Thread_local struct {
    void *fake;
    const void *bottom;
    size_t size;
} host_stack;

void tf_sanitizer_enter(const tf_thread *thread, const void *top) {
    if (!top) return;
    __sanitizer_start_switch_fiber(&host_stack.fake, (const void *)thread->stack.low,
                                   thread->stack.top - thread->stack.low);
    __sanitizer_finish_switch_fiber(NULL, &host_stack.bottom, &host_stack.size);
}

void tf_sanitizer_leave(const tf_thread *thread, const void *top) {
    tf_sanitizer_drop(thread, top ? thread->stack.top : (uintptr_t)__builtin_frame_address(0));
    if (!top) return;
    __sanitizer_start_switch_fiber(NULL, host_stack.bottom, host_stack.size);
    __sanitizer_finish_switch_fiber(host_stack.fake, NULL, NULL);
}

/* What traps and exceptions jumped over has not cleaned up its shadow. */
void tf_sanitizer_drop(const tf_thread *thread, uintptr_t stack) {
    if (stack <= thread->stack.low || stack > thread->stack.top) return;
    ASAN_UNPOISON_MEMORY_REGION((void *)thread->stack.low, stack - thread->stack.low);
}
#endif
