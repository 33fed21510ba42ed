/* tf_exception.h: exceptions, and the jumps they need. */
#ifndef TF_EXCEPTION_H
#define TF_EXCEPTION_H

#include "tf_store.h"

/* Offsets of tf_handler that handler.c's assembly knows. */
#define TF_HANDLER_REGISTERS 16

/* tf_api.protect and tf_api.tail (handler.c). */
uint32_t tf_protect(tf_handler *handler);
void tf_tail(void);

/* Comes back to the frame that called tf_protect with this handler: it sees 1. */
_Noreturn void tf_handler_resume(tf_handler *handler);

/* An exception of a tag with the values in the scratch area; may collect. NULL: the heap is full. */
tf_exception *tf_exception_create(tf_store *store, tf_tag *tag);

/* Hands an exception to the innermost handler of this activation, or raises that there is none. */
_Noreturn void tf_exception_throw(tf_store *store, tf_exception *exception);

#endif
