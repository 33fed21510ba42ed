/* tf_trap.h: how guests end early. */
#ifndef TF_TRAP_H
#define TF_TRAP_H

#include "tf_store.h"

/* Leaves the innermost guest of this thread with `trap`, after taking a backtrace. Only called from code that guests
 * call, with no frame in between that needs to clean up: the frame rule of Sources/WasmRuntime/README.md. */
_Noreturn void tf_raise(tf_store *store, tf_trap trap);

/* The same for what a host function returned: if that is the trap of a guest it called, the backtrace stays. */
_Noreturn void tf_raise_from_host(tf_store *store, tf_trap trap);

/* Installs the handlers, once per process; handlers found there are called for what is not a guest's. */
void tf_trap_install(void);

/* Lets the signals of this file reach the calling thread. */
void tf_trap_unblock_signals(void);

/* What the watchdog sends to overdue threads. */
int tf_deadline_signal(void);

/* Whether an address is in generated code. Safe in signal handlers, on any thread. */
bool tf_code_contains(uintptr_t address);

#if defined(__x86_64__)
/* Whether the division at `instruction`, which faulted, divided by zero (otherwise its result didn't fit).
 * `registers` in the order of the instruction encoding: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15. */
bool tf_division_by_zero(const uint8_t *instruction, const uint64_t registers[16]);
#endif

#endif
