/* handler.c: the jumps between guests' frames: back to one that catches exceptions, and from one to another that
 * takes its place.
 *
 * Both are guest text, and whole at every instruction: a deadline or a backtrace finds a stack it can follow. What is
 * jumped over are frames of generated code and of guest text, which have nothing to clean up. */
#include "tf_exception.h"
#include "tf_thread.h"

_Static_assert(offsetof(tf_handler, registers) == TF_HANDLER_REGISTERS && offsetof(tf_instance, scratch) == 8 &&
                   offsetof(tf_host, scratch) == 8 && offsetof(tf_shared, tail) + 8 == sizeof(tf_shared),
               "the assembly below knows these");

/* The rest of tf_protect, in C: what was linked then is in force again when the handler is. */
__attribute__((used, visibility("hidden"))) uint32_t TF_GUEST_TEXT tf_handler_keep_roots(tf_handler *handler) {
    handler->roots = tf_store_shared(tf_this_thread->innermost->store)->roots;
    return 0;
}

#if defined(__x86_64__)

/* rbx, rbp, r12 … r15, the stack pointer and the address to come back to. */
__attribute__((naked)) uint32_t TF_GUEST_TEXT tf_protect(tf_handler *handler __attribute__((unused))) {
    __asm__("movq %rbx, 16(%rdi)\n\t"
            "movq %rbp, 24(%rdi)\n\t"
            "movq %r12, 32(%rdi)\n\t"
            "movq %r13, 40(%rdi)\n\t"
            "movq %r14, 48(%rdi)\n\t"
            "movq %r15, 56(%rdi)\n\t"
            "leaq 8(%rsp), %rax\n\t"
            "movq %rax, 64(%rdi)\n\t"
            "movq (%rsp), %rax\n\t"
            "movq %rax, 72(%rdi)\n\t"
            "jmp tf_handler_keep_roots");
}

__attribute__((naked)) _Noreturn void TF_GUEST_TEXT tf_handler_resume(tf_handler *handler __attribute__((unused))) {
    __asm__("movq 16(%rdi), %rbx\n\t"
            "movq 24(%rdi), %rbp\n\t"
            "movq 32(%rdi), %r12\n\t"
            "movq 40(%rdi), %r13\n\t"
            "movq 48(%rdi), %r14\n\t"
            "movq 56(%rdi), %r15\n\t"
            "movq 64(%rdi), %rsp\n\t"
            "movl $1, %eax\n\t"
            "jmpq *72(%rdi)");
}

/* The caller's epilogue, then its target. The first argument is the target's instance or tf_host: the scratch area
 * is at the same offset in both. */
__attribute__((naked)) void TF_GUEST_TEXT tf_tail(void) {
    __asm__("movq 8(%rdi), %rax\n\t"
            "movq -8(%rax), %rax\n\t"
            "leave\n\t"
            "jmpq *%rax");
}

#elif defined(__aarch64__)

/* libtcc keeps nothing in callee-saved registers: frame pointer, stack pointer, return address, and what fits. */
__attribute__((naked)) uint32_t TF_GUEST_TEXT tf_protect(tf_handler *handler __attribute__((unused))) {
    __asm__("mov x9, sp\n\t"
            "stp x29, x30, [x0, #16]\n\t"
            "stp x9, x19, [x0, #32]\n\t"
            "stp x20, x21, [x0, #48]\n\t"
            "stp x22, x23, [x0, #64]\n\t"
            "b tf_handler_keep_roots");
}

__attribute__((naked)) _Noreturn void TF_GUEST_TEXT tf_handler_resume(tf_handler *handler __attribute__((unused))) {
    __asm__("ldp x22, x23, [x0, #64]\n\t"
            "ldp x20, x21, [x0, #48]\n\t"
            "ldp x9, x19, [x0, #32]\n\t"
            "ldp x29, x30, [x0, #16]\n\t"
            "mov sp, x9\n\t"
            "mov w0, #1\n\t"
            "ret");
}

/* As above. libtcc's frame record is the lowest part of 224 bytes in which a function saves its parameters. */
__attribute__((naked)) void TF_GUEST_TEXT tf_tail(void) {
    __asm__("ldr x9, [x0, #8]\n\t"
            "ldr x9, [x9, #-8]\n\t"
            "mov sp, x29\n\t"
            "ldp x29, x30, [sp], #224\n\t"
            "br x9");
}

#endif
