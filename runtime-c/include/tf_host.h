/* tf_host.h: what a host function may do.
 *
 * A host function is `tf_trap call(tf_host *host, uint64_t *values)` (tf_abi.h). It runs on the guest's stack with
 * at least TF_HOST_RESERVE bytes left, may block (see tf_store_interrupted), may call back into the guest
 * (tf_host_call_guest), and ends the guest only by what it returns: it never jumps, so it may be written in Swift.
 *
 * A guest's addresses are numbers until tf_guest_bytes has checked them. What it returns points into memory that
 * the guest can change as soon as it runs again: read once, then use the copy. Memories never move, so a pointer
 * stays valid when the guest grows its memory.
 */
#ifndef TF_HOST_H
#define TF_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tf_abi.h"

typedef struct tf_store tf_store;

/* Stack that a host function finds below it, in bytes. */
#define TF_HOST_RESERVE (256 * 1024)

/* Longest message a store keeps, terminating zero included; longer ones are cut. */
#define TF_MESSAGE_SIZE 512

static inline tf_instance *tf_host_instance(const tf_host *host) { return host->instance; }

static inline tf_store *tf_host_store(const tf_host *host) { return host->instance->store; }

/* The embedder's pointer of the importing instance (tf_store_set_host). */
static inline void *tf_host_context(const tf_host *host) { return host->instance->host; }

/* `length` bytes of memory 0 at `address`; NULL if any of them lies outside its present size. No bytes are fine at
 * every address up to the size. Without a memory: NULL unless nothing is asked for. */
static inline void *tf_instance_bytes(const tf_instance *instance, uint64_t address, uint64_t length) {
    static uint8_t nothing;
    const tf_memory *memory = instance->memory_zero;
    if (!memory) return length == 0 && address == 0 ? &nothing : NULL;
    uint64_t size = memory->bytes;
    if (length > size || address > size - length) return NULL;
    return memory->base + address;
}

static inline void *tf_guest_bytes(const tf_host *host, uint64_t address, uint64_t length) {
    return tf_instance_bytes(host->instance, address, length);
}

/* `count` items of `size` bytes each; NULL also if the product overflows. */
static inline void *tf_guest_array(const tf_host *host, uint64_t address, uint64_t count, uint64_t size) {
    uint64_t length;
    if (__builtin_mul_overflow(count, size, &length)) return NULL;
    return tf_guest_bytes(host, address, length);
}

/* Loads and stores, little-endian, at any alignment. False: out of bounds, nothing read or written. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Guest memory is little-endian; a big-endian host needs swaps here and in generated code."
#endif
#define TF_GUEST_ACCESS(name, type)                                                                       \
    static inline bool tf_guest_load_##name(const tf_host *host, uint64_t address, type *value) {         \
        const void *at = tf_guest_bytes(host, address, sizeof *value);                                    \
        if (at) memcpy(value, at, sizeof *value);                                                         \
        return at != NULL;                                                                                \
    }                                                                                                     \
    static inline bool tf_guest_store_##name(const tf_host *host, uint64_t address, type value) {         \
        void *at = tf_guest_bytes(host, address, sizeof value);                                           \
        if (at) memcpy(at, &value, sizeof value);                                                         \
        return at != NULL;                                                                                \
    }
TF_GUEST_ACCESS(u8, uint8_t)
TF_GUEST_ACCESS(u16, uint16_t)
TF_GUEST_ACCESS(u32, uint32_t)
TF_GUEST_ACCESS(u64, uint64_t)
#undef TF_GUEST_ACCESS

/* Why the host function is about to return TF_TRAP_HOST: one line for the operator, never for a client. Copied. */
void tf_store_set_message(tf_store *store, const char *message);

/* The code that goes with TF_EXIT. */
void tf_store_set_exit(tf_store *store, uint32_t code);

/* Nanoseconds until the guest's deadline: 0 when it has passed, INT64_MAX without one. */
int64_t tf_store_remaining_ns(const tf_store *store);

/* The deadline has passed. A host function that blocks asks before and after every blocking call, which the
 * deadline ends with EINTR, and returns TF_TRAP_DEADLINE. The signal is repeated every few milliseconds, so one
 * that comes just before the blocking call is no loss. */
bool tf_store_interrupted(const tf_store *store);

/* Calls a function of the guest from within a host function: arguments in `values`, results there too. Returns the
 * guest's trap or TF_EXIT, which the host function normally returns in turn. `function` must be of the host
 * function's store. */
tf_trap tf_host_call_guest(tf_host *host, const tf_function *function, uint64_t *values);

#endif
