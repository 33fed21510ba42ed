/* exception.c: how exceptions are made and thrown. */
#include <string.h>

#include "tf_exception.h"
#include "tf_heap.h"
#include "tf_sanitizer.h"
#include "tf_trap.h"

tf_exception *tf_exception_create(tf_store *store, tf_tag *tag) {
    tf_exception *exception = tf_exception_allocate(store, tag);
    if (exception && tag->cells) memcpy(exception->payload, store->scratch, tag->cells * sizeof *exception->payload);
    return exception;
}

_Noreturn void TF_GUEST_TEXT tf_exception_throw(tf_store *store, tf_exception *exception) {
    tf_shared *shared = tf_store_shared(store);
    tf_handler *handler = shared->handlers;
    shared->exception = exception;
    if (!handler) tf_raise(store, TF_TRAP_UNCAUGHT_EXCEPTION);
    shared->roots = handler->roots;
    tf_sanitizer_drop(tf_this_thread, (uintptr_t)handler);
    tf_handler_resume(handler);
}
