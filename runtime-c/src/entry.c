/* entry.c: calls into guests, and the way out of them. */
#include "tf_sanitizer.h"
#include "tf_thread.h"
#include "tf_trap.h"
#include "tf_watchdog.h"

/* Both routines agree on what tf_enter_guest leaves on its stack: the callee-saved registers, at a fixed distance
 * from the frame pointer that it keeps in activation->frame. Offsets into tf_function: code 8, instance 16,
 * enter 24. */
_Static_assert(offsetof(tf_function, code) == 8 && offsetof(tf_function, instance) == 16 &&
                   offsetof(tf_function, enter) == 24 && offsetof(tf_activation, frame) == 0,
               "the assembly below knows these");

#if defined(__x86_64__)

__attribute__((naked)) tf_trap tf_enter_guest(tf_activation *activation __attribute__((unused)),
                                              void *top __attribute__((unused)),
                                              const tf_function *function __attribute__((unused)),
                                              uint64_t *values __attribute__((unused))) {
    __asm__("pushq %rbp\n\t"
            "movq %rsp, %rbp\n\t"
            "pushq %rbx\n\t"
            "pushq %r12\n\t"
            "pushq %r13\n\t"
            "pushq %r14\n\t"
            "pushq %r15\n\t"
            "movq %rbp, (%rdi)\n\t"
            "testq %rsi, %rsi\n\t"
            "cmovneq %rsi, %rsp\n\t"
            "andq $-16, %rsp\n\t"
            "movq 8(%rdx), %rdi\n\t"
            "movq 16(%rdx), %rsi\n\t"
            "movq 24(%rdx), %rax\n\t"
            "movq %rcx, %rdx\n\t"
            "callq *%rax\n\t"
            "xorl %eax, %eax\n\t"
            "leaq -40(%rbp), %rsp\n\t"
            "popq %r15\n\t"
            "popq %r14\n\t"
            "popq %r13\n\t"
            "popq %r12\n\t"
            "popq %rbx\n\t"
            "popq %rbp\n\t"
            "retq");
}

/* fninit: a guest interrupted in an x87 computation leaves values on that stack. */
__attribute__((naked)) _Noreturn void tf_leave_guest(tf_activation *activation __attribute__((unused)),
                                                     tf_trap trap __attribute__((unused))) {
    __asm__("movq (%rdi), %rbp\n\t"
            "movl %esi, %eax\n\t"
            "leaq -40(%rbp), %rsp\n\t"
            "fninit\n\t"
            "cld\n\t"
            "popq %r15\n\t"
            "popq %r14\n\t"
            "popq %r13\n\t"
            "popq %r12\n\t"
            "popq %rbx\n\t"
            "popq %rbp\n\t"
            "retq");
}

#elif defined(__aarch64__)

#define RESTORE                      \
    "ldp d14, d15, [sp, #144]\n\t"   \
    "ldp d12, d13, [sp, #128]\n\t"   \
    "ldp d10, d11, [sp, #112]\n\t"   \
    "ldp d8, d9, [sp, #96]\n\t"      \
    "ldp x27, x28, [sp, #80]\n\t"    \
    "ldp x25, x26, [sp, #64]\n\t"    \
    "ldp x23, x24, [sp, #48]\n\t"    \
    "ldp x21, x22, [sp, #32]\n\t"    \
    "ldp x19, x20, [sp, #16]\n\t"    \
    "ldp x29, x30, [sp], #160\n\t"   \
    "ret"

__attribute__((naked)) tf_trap tf_enter_guest(tf_activation *activation __attribute__((unused)),
                                              void *top __attribute__((unused)),
                                              const tf_function *function __attribute__((unused)),
                                              uint64_t *values __attribute__((unused))) {
    __asm__("stp x29, x30, [sp, #-160]!\n\t"
            "mov x29, sp\n\t"
            "stp x19, x20, [sp, #16]\n\t"
            "stp x21, x22, [sp, #32]\n\t"
            "stp x23, x24, [sp, #48]\n\t"
            "stp x25, x26, [sp, #64]\n\t"
            "stp x27, x28, [sp, #80]\n\t"
            "stp d8, d9, [sp, #96]\n\t"
            "stp d10, d11, [sp, #112]\n\t"
            "stp d12, d13, [sp, #128]\n\t"
            "stp d14, d15, [sp, #144]\n\t"
            "str x29, [x0]\n\t"
            "cbz x1, 1f\n\t"
            "mov sp, x1\n"
            "1:\n\t"
            "ldp x0, x1, [x2, #8]\n\t"
            "ldr x9, [x2, #24]\n\t"
            "mov x2, x3\n\t"
            "blr x9\n\t"
            "mov sp, x29\n\t"
            "mov w0, #0\n\t" RESTORE);
}

__attribute__((naked)) _Noreturn void tf_leave_guest(tf_activation *activation __attribute__((unused)),
                                                     tf_trap trap __attribute__((unused))) {
    __asm__("ldr x29, [x0]\n\t"
            "mov sp, x29\n\t"
            "mov w0, w1\n\t" RESTORE);
}

#else
#error "Guests are entered by assembly that nobody has written for this architecture yet."
#endif

static void note_limit(tf_store *store, tf_trap trap) {
    switch (trap) {
    case TF_TRAP_STACK_EXHAUSTED: store->limits_reached |= TF_LIMIT_STACK; break;
    case TF_TRAP_DEADLINE: store->limits_reached |= TF_LIMIT_DEADLINE; break;
    case TF_TRAP_CPU_TIME: store->limits_reached |= TF_LIMIT_CPU_TIME; break;
    default: break;
    }
}

tf_trap tf_call(tf_store *store, const tf_function *function, uint64_t *values) {
    tf_thread *thread = tf_thread_current();
    if (!thread) return TF_TRAP_OUT_OF_MEMORY;
    if (!function->enter) {
        tf_store_set_message(store, "this function has no entry for the host");
        return TF_TRAP_HOST;
    }
    tf_activation activation = {.outer = thread->innermost, .store = store};
    void *top = NULL;
    if (!activation.outer) {
        if (!tf_thread_prepare_stack(thread, store->limits.stack_bytes + TF_HOST_RESERVE))
            return TF_TRAP_OUT_OF_MEMORY;
        top = (void *)thread->stack.top;
        store->message[0] = 0;
    }
    store->stack_limit = thread->stack.low + TF_HOST_RESERVE;
    store->backtrace_count = 0;

    int64_t before;
    tf_trap trap = tf_watch_begin(thread, store, &before);
    if (trap != TF_OK) {
        note_limit(store, trap);
        return trap;
    }
    tf_shared *shared = tf_store_shared(store);
    activation.roots = shared->roots;
    activation.handlers = shared->handlers;
    shared->roots = NULL;
    shared->handlers = NULL;
    thread->innermost = &activation;
    tf_sanitizer_enter(thread, top);
    trap = tf_enter_guest(&activation, top, function, values);
    tf_sanitizer_leave(thread, top);
    thread->innermost = activation.outer;
    shared->roots = activation.roots;
    shared->handlers = activation.handlers;
    tf_watch_end(thread, store, before);
    /* Whoever looked at the mark only knows that time is up. */
    if (trap == TF_TRAP_DEADLINE && store->interrupted) trap = store->interrupted;
    note_limit(store, trap);
    store->traced = trap;
    return trap;
}

tf_trap tf_host_call_guest(tf_host *host, const tf_function *function, uint64_t *values) {
    return tf_call(host->instance->store, function, values);
}
