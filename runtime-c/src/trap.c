/* trap.c: guests that fault, overrun their stack or their time, and the backtrace they leave.
 *
 * A signal is the guest's only if this thread is in a guest, the program counter lies in generated code or in
 * guest text, and the address in one of the store's reservations, the guest stack's guard, or (a null reference) at
 * the very bottom. Everything else is a bug of the host and goes to the handler that was there before.
 */
#define _GNU_SOURCE
#include "tf_trap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tf_thread.h"
#include "tf_watchdog.h"

enum { handled_signals = 5 };
static const int handled[handled_signals] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGURG};
static struct sigaction previous[handled_signals];

/* SIGURG: ignored where no handler is, so that one that comes too late harms nobody, and never queued twice. */
int tf_deadline_signal(void) { return SIGURG; }

extern const char __start_tf_guest_text[], __stop_tf_guest_text[];

static bool is_guest_code(uintptr_t counter) {
    return (counter >= (uintptr_t)__start_tf_guest_text && counter < (uintptr_t)__stop_tf_guest_text) ||
           tf_code_contains(counter);
}

/* A field of a null structure faults below. */
enum { null_end = 65536 };

/* --- Backtraces --- */

/* Appends the return addresses of the frames from `frame` outwards, as long as they lie on the guest stack. */
static void TF_GUEST_TEXT trace_frames(tf_store *store, const tf_thread *thread, uintptr_t frame) {
    uintptr_t low = thread->stack.low, top = thread->stack.top;
    while (store->backtrace_count < TF_BACKTRACE_LENGTH) {
        if (frame < low || frame > top - 16 || frame % sizeof(uintptr_t) != 0) return;
        const uintptr_t *record = (const uintptr_t *)frame;
        store->backtrace[store->backtrace_count++] = record[1];
        if (record[0] <= frame) return;
        low = frame + 16;
        frame = record[0];
    }
}

/* No libc in here: little stack may be left. */
_Noreturn void TF_GUEST_TEXT tf_raise(tf_store *store, tf_trap trap) {
    tf_thread *thread = tf_this_thread;
    if (!thread || !thread->innermost) __builtin_trap(); /* generated code called behind tf_call's back */
    store->backtrace_count = 0;
    trace_frames(store, thread, (uintptr_t)__builtin_frame_address(0));
    tf_leave_guest(thread->innermost, trap);
}

_Noreturn void TF_GUEST_TEXT tf_raise_from_host(tf_store *store, tf_trap trap) {
    if (store->traced != trap) tf_raise(store, trap);
    tf_leave_guest(tf_this_thread->innermost, trap);
}

/* --- The interrupted program's registers --- */

#if defined(__x86_64__)
static uintptr_t counter_of(const ucontext_t *context) { return (uintptr_t)context->uc_mcontext.gregs[REG_RIP]; }
static uintptr_t frame_of(const ucontext_t *context) { return (uintptr_t)context->uc_mcontext.gregs[REG_RBP]; }

/* When the handler returns, the thread goes on in tf_leave_guest, with its signal mask as before. */
static void leave_on_return(ucontext_t *context, tf_activation *activation, tf_trap trap) {
    greg_t *registers = context->uc_mcontext.gregs;
    registers[REG_RDI] = (greg_t)activation;
    registers[REG_RSI] = trap;
    registers[REG_RIP] = (greg_t)tf_leave_guest;
    registers[REG_RSP] = (greg_t)activation->frame - 40; /* nothing may write below while it gets there */
}

static tf_trap division_trap(const ucontext_t *context) {
    static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    uint64_t registers[16];
    for (int i = 0; i < 16; i++) registers[i] = (uint64_t)context->uc_mcontext.gregs[order[i]];
    bool is_zero = tf_division_by_zero((const uint8_t *)counter_of(context), registers);
    return is_zero ? TF_TRAP_DIVIDE_BY_ZERO : TF_TRAP_INTEGER_OVERFLOW;
}
#elif defined(__aarch64__)
static uintptr_t counter_of(const ucontext_t *context) { return context->uc_mcontext.pc; }
static uintptr_t frame_of(const ucontext_t *context) { return context->uc_mcontext.regs[29]; }

static void leave_on_return(ucontext_t *context, tf_activation *activation, tf_trap trap) {
    context->uc_mcontext.regs[0] = (uintptr_t)activation;
    context->uc_mcontext.regs[1] = trap;
    context->uc_mcontext.pc = (uintptr_t)tf_leave_guest;
}

static tf_trap division_trap(const ucontext_t *context) {
    (void)context;
    return TF_OK; /* division doesn't fault here */
}
#endif

/* --- Handlers --- */

/* Below what may be mapped, or else reserved by tf_trap_install: which null reference was followed. The offsets of
 * tf_abi.h tell; a call without a check of the type reads tf_function.code first. */
static tf_trap null_trap(uintptr_t address) {
    if (address < offsetof(tf_function, code)) return TF_TRAP_UNINITIALIZED_ELEMENT;
    if (address < offsetof(tf_object, length)) return TF_TRAP_NULL_FUNCTION;
    return address < sizeof(tf_object) ? TF_TRAP_NULL_ARRAY : TF_TRAP_NULL_STRUCTURE;
}

static tf_trap address_trap(int number, const tf_thread *thread, uintptr_t address) {
    if (address < thread->stack.low && address >= thread->stack.low - TF_STACK_GUARD) return TF_TRAP_STACK_EXHAUSTED;
    if (address < null_end) return null_trap(address);
    const tf_store *store = thread->innermost->store;
    for (const tf_store_memory *each = store->memories; each; each = each->next) {
        uintptr_t base = (uintptr_t)each->memory.base;
        if (address < base || address - base >= each->memory.reserved) continue;
        /* The bus: the image file is shorter than it was, or the host has no page to give. */
        return number == SIGBUS ? TF_TRAP_OUT_OF_MEMORY : TF_TRAP_MEMORY_BOUNDS;
    }
    return TF_OK;
}

static tf_trap fault_trap(int number, const siginfo_t *info, const tf_thread *thread, const ucontext_t *context) {
    if (info->si_code <= 0 || info->si_code == SI_KERNEL) return TF_OK; /* sent by somebody, or no address */
    switch (number) {
    case SIGFPE: return division_trap(context);
    case SIGILL: return TF_TRAP_UNREACHABLE;
    default: return address_trap(number, thread, (uintptr_t)info->si_addr);
    }
}

static void leave(tf_thread *thread, ucontext_t *context, tf_trap trap) {
    tf_store *store = thread->innermost->store;
    store->backtrace[0] = counter_of(context);
    store->backtrace_count = 1;
    trace_frames(store, thread, frame_of(context));
    leave_on_return(context, thread->innermost, trap);
}

/* The signal mask as if the kernel had called that handler. Ours would have it, and what it starts, die of the
 * faults that it handles itself: Swift's backtracer reads the crashed program's memory that way. */
static void set_mask(const struct sigaction *action, int number, const ucontext_t *context) {
    sigset_t mask;
    sigorset(&mask, &context->uc_sigmask, &action->sa_mask);
    if (!(action->sa_flags & SA_NODEFER)) sigaddset(&mask, number);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void pass_on(int number, siginfo_t *info, void *context) {
    int i = 0;
    while (handled[i] != number) i++;
    struct sigaction *action = &previous[i];
    set_mask(action, number, context);
    if (action->sa_flags & SA_SIGINFO) {
        action->sa_sigaction(number, info, context);
    } else if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN) {
        if (number == SIGURG) return;
        /* A fault happens again on return, and then ends the process; a signal that was sent is sent again. */
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(number, &standard, NULL);
        if (info->si_code <= 0) raise(number);
    } else {
        action->sa_handler(number);
    }
}

static void on_fault(int number, siginfo_t *info, void *raw) {
    int saved = errno;
    tf_thread *thread = tf_this_thread;
    tf_trap trap = TF_OK;
    if (thread && thread->innermost && is_guest_code(counter_of(raw))) trap = fault_trap(number, info, thread, raw);
    if (trap != TF_OK) {
        leave(thread, raw, trap);
    } else {
        pass_on(number, info, raw);
    }
    errno = saved;
}

/* Time is up, or it is others' turn. Only guests' code is interrupted. The runtime and host functions may be in the
 * middle of a change: they find the mark when they are done, and blocking system calls end with EINTR. */
static void on_deadline(int number, siginfo_t *info, void *raw) {
    int saved = errno;
    tf_thread *thread = tf_this_thread;
    bool is_in_guest = thread && thread->innermost && is_guest_code(counter_of(raw));
    /* A host function further out may have started what others wait for. */
    if (is_in_guest && !thread->innermost->outer && tf_watch_verdict(thread) == TF_OK) tf_turn_wait(thread);
    tf_trap why = thread && thread->innermost ? tf_watch_verdict(thread) : TF_OK;
    if (why != TF_OK) {
        for (tf_activation *each = thread->innermost; each; each = each->outer) each->store->interrupted = why;
        if (is_in_guest) leave(thread, raw, TF_TRAP_DEADLINE);
    } else {
        pass_on(number, info, raw);
    }
    errno = saved;
}

/* The first page is never mapped. Linux may be set up so that the others could be; where it isn't, this fails, and
 * nothing is needed. */
static void reserve_bottom(void) {
    const uintptr_t first_page = 4096;
    mmap((void *)first_page, null_end - first_page, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

void tf_trap_install(void) {
    reserve_bottom();
    for (int i = 0; i < handled_signals; i++) {
        struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
        action.sa_sigaction = handled[i] == SIGURG ? on_deadline : on_fault;
        /* One at a time: a deadline that interrupted on_fault would leave with its signal mask. */
        sigemptyset(&action.sa_mask);
        for (int j = 0; j < handled_signals; j++) sigaddset(&action.sa_mask, handled[j]);
        if (sigaction(handled[i], &action, &previous[i]) != 0) abort();
    }
}

void tf_trap_unblock_signals(void) {
    sigset_t ours;
    sigemptyset(&ours);
    for (int i = 0; i < handled_signals; i++) sigaddset(&ours, handled[i]);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}
