/* thread.c: thread records, signal stacks, the pool of guest stacks (one per thread). */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tf_thread.h"
#include "tf_trap.h"

/* Room for our handlers, and for those they chain to; the kernel's frame with all vector state is up to 12 KiB. */
enum { signal_stack_size = 64 * 1024 };

_Thread_local tf_thread *tf_this_thread;

static _Atomic(tf_thread *) first_thread;
static pthread_key_t exit_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

tf_thread *tf_thread_first(void) { return atomic_load(&first_thread); }

static void thread_exits(void *raw) {
    tf_thread *thread = raw;
    tf_this_thread = NULL;
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(thread->signal_stack, signal_stack_size);
    tf_stack_unmap(&thread->stack);
    tf_slots_release(&thread->slots);
    while (thread->arena_block_count) free(thread->arena_blocks[--thread->arena_block_count]);
    atomic_store(&thread->watch.deadline, INT64_MAX);
    atomic_store(&thread->id, 0);
}

static void prepare_process(void) {
    tf_trap_install();
    pthread_key_create(&exit_key, thread_exits);
}

/* A record that no thread uses, or a new one. */
static tf_thread *take_record(pid_t id) {
    for (tf_thread *thread = tf_thread_first(); thread; thread = thread->next) {
        pid_t free = 0;
        if (atomic_compare_exchange_strong(&thread->id, &free, id)) return thread;
    }
    tf_thread *thread = calloc(1, sizeof *thread);
    if (!thread) return NULL;
    atomic_init(&thread->watch.deadline, INT64_MAX);
    atomic_init(&thread->id, id);
    thread->next = tf_thread_first();
    while (!atomic_compare_exchange_weak(&first_thread, &thread->next, thread)) {}
    return thread;
}

static bool install_signal_stack(tf_thread *thread) {
    void *memory = mmap(NULL, signal_stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    stack_t stack = {.ss_sp = memory, .ss_size = signal_stack_size};
    if (sigaltstack(&stack, NULL) != 0) {
        munmap(memory, signal_stack_size);
        return false;
    }
    thread->signal_stack = memory;
    return true;
}

tf_thread *tf_thread_current(void) {
    if (tf_this_thread) return tf_this_thread;
    pthread_once(&once, prepare_process);
    tf_thread *thread = take_record((pid_t)syscall(SYS_gettid));
    if (!thread) return NULL;
    thread->innermost = NULL;
    thread->stack = (tf_stack){0};
    if (!install_signal_stack(thread)) {
        atomic_store(&thread->id, 0);
        return NULL;
    }
    /* Thread pools such as libdispatch's block most signals in their workers. */
    tf_trap_unblock_signals();
    pthread_setspecific(exit_key, thread);
    tf_this_thread = thread;
    return thread;
}

bool tf_thread_prepare_stack(tf_thread *thread, size_t size) {
    if (thread->stack.top - thread->stack.low == size) return true;
    tf_stack_unmap(&thread->stack);
    return tf_stack_map(&thread->stack, size);
}

bool tf_stack_map(tf_stack *stack, size_t size) {
    size_t whole = TF_STACK_GUARD + size;
    char *memory = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    if (mprotect(memory + TF_STACK_GUARD, size, PROT_READ | PROT_WRITE) != 0) {
        munmap(memory, whole);
        return false;
    }
    madvise(memory, whole, MADV_DONTDUMP); /* no core dump holds what guests hold */
    stack->low = (uintptr_t)memory + TF_STACK_GUARD;
    stack->top = stack->low + size;
    return true;
}

void tf_stack_unmap(tf_stack *stack) {
    if (stack->low) munmap((char *)stack->low - TF_STACK_GUARD, TF_STACK_GUARD + (stack->top - stack->low));
    *stack = (tf_stack){0};
}
