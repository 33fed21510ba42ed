/* tf_thread.h: what a thread needs to run guests, and how guests are entered and left.
 *
 * A thread gets its record on its first call: a signal stack, a guest stack, a place for its deadline. The record
 * outlives the thread (the watchdog may be looking at it) and goes to the next new one.
 */
#ifndef TF_THREAD_H
#define TF_THREAD_H

#include <stdatomic.h>
#include <sys/types.h>

#include "tf_loaded.h"
#include "tf_slot.h"
#include "tf_store.h"

/* One entry into guest code that has not returned. Lives on the stack of tf_call. */
typedef struct tf_activation {
    void *frame; /* of tf_enter_guest; first: the assembly finds it at offset 0 */
    struct tf_activation *outer;
    tf_store *store;
    tf_roots *roots;       /* the store's before: what the guests outside of this activation hold, for the collector */
    tf_handler *handlers;  /* likewise: no exception passes a host function */
} tf_activation;

/* A stack for guests: a guard of TF_STACK_GUARD bytes, then [low, top). */
typedef struct tf_stack {
    uintptr_t low;
    uintptr_t top;
} tf_stack;

bool tf_stack_map(tf_stack *stack, size_t size);
void tf_stack_unmap(tf_stack *stack);

enum { TF_THREAD_BLOCKS = 4 };

/* What the thread and the watchdog tell each other. Calls have numbers, odd while the outermost one runs, so that
 * nothing that is meant for one call is taken for the next one's. */
typedef struct tf_watch {
    _Atomic(int64_t) deadline;    /* when the thread is overdue; INT64_MAX: never */
    _Atomic(int64_t) cpu_limit;   /* nanoseconds of processor time for this call; INT64_MAX: no limit */
    _Atomic(uint32_t) call;       /* of the present call, or of the next one less one; odd: in a guest */
    _Atomic(uint32_t) exhausted;  /* the call whose processor time is used up */
    _Atomic(uint32_t) waits;      /* the call that is to wait for its turn, 0: none; a futex */
    _Atomic(uint32_t) parked;     /* the call that does, 0: none */
    _Atomic(uint32_t) cpu_call;   /* the call that `cpu_start` is of */
    _Atomic(int64_t) cpu_start;   /* what the thread's clock said when the watchdog first saw the call */
    uint32_t seen, last_call;     /* from here on: the watchdog's own */
    bool is_long, is_busy;        /* in the same call for a tick; computing, not waiting */
    int64_t turn_began;           /* or the wait, or the first look */
    int64_t released;             /* from a wait */
    int64_t cpu_seen, cpu_looked; /* what the clock said at a look, and when that was */
} tf_watch;

typedef struct tf_thread {
    tf_activation *innermost; /* NULL: not in a guest */
    tf_stack stack;
    tf_watch watch;
    _Atomic(pid_t) id;         /* 0: the record is free */
    struct tf_thread *next;    /* all records, never unlinked */
    void *signal_stack;
    tf_slots slots;
    struct tf_arena_block *arena_blocks[TF_THREAD_BLOCKS]; /* of stores that ended, for the next ones */
    uint32_t arena_block_count;
} tf_thread;

/* This thread's record, NULL before its first call. Read by signal handlers, so never lazily allocated. */
extern _Thread_local tf_thread *tf_this_thread __attribute__((tls_model("initial-exec")));

/* The same, made if there is none. NULL: no memory. */
tf_thread *tf_thread_current(void);

/* A guest stack of at least `size` bytes in thread->stack. The thread must not be in a guest. */
bool tf_thread_prepare_stack(tf_thread *thread, size_t size);

/* All records ever made, for the watchdog. */
tf_thread *tf_thread_first(void);

/* Calls function->enter on the stack that ends at `top` (NULL: on this one). Returns TF_OK, or what
 * tf_leave_guest brought back from whatever depth. */
tf_trap tf_enter_guest(tf_activation *activation, void *top, const tf_function *function, uint64_t *values);

/* Drops all frames above the activation's tf_enter_guest, which returns `trap`. */
_Noreturn void tf_leave_guest(tf_activation *activation, tf_trap trap);

#endif
