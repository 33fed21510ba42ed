/* tf_atomic.h: WebAssembly's atomic instructions. */
#ifndef TF_ATOMIC_H
#define TF_ATOMIC_H

#include "tf_store.h"

/* tf_api.atomic: guest text. */
uint64_t tf_atomic(tf_instance *instance, void *at, uint32_t operation, uint32_t width, uint64_t value,
                   uint64_t expected);

/* Blocks until somebody notifies the address (*result 0), unless the value there is another (1), until the time is up
 * (2) or the deadline has passed. */
tf_trap tf_atomic_wait(tf_store *store, const tf_memory *memory, uint64_t at, uint64_t expected, int64_t timeout,
                       uint32_t width, uint32_t *result);

/* Wakes up to `count` who wait there, those first who came first. */
tf_trap tf_atomic_notify(const tf_memory *memory, uint64_t at, uint32_t count, uint32_t *woken);

#endif
