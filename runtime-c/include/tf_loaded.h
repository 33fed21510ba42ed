/* tf_loaded.h: where loaded code lies, and what it must keep to. */
#ifndef TF_LOADED_H
#define TF_LOADED_H

#include <stdbool.h>
#include <stdint.h>

/* The executable segment that holds `address`, among the objects the dynamic loader has loaded. False: none. */
bool tf_executable_range(const void *address, uintptr_t *start, uintptr_t *end);

/* Bytes below a guest's stack that are never accessible. Larger than any frame of generated code, so that none
 * steps over it: compiled code with larger ones is refused. */
#define TF_STACK_GUARD 0x400000

#endif
