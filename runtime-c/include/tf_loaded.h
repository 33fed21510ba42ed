/* tf_loaded.h: where loaded code lies. */
#ifndef TF_LOADED_H
#define TF_LOADED_H

#include <stdbool.h>
#include <stdint.h>

/* The executable segment that holds `address`, among the objects the dynamic loader has loaded. False: none. */
bool tf_executable_range(const void *address, uintptr_t *start, uintptr_t *end);

#endif
