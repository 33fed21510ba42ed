/* atomic.c: atomic loads, stores and changes, one after the other in one order for all threads. */
#include "tf_atomic.h"
#include "tf_trap.h"

/* A width's operations. What is loaded, and every operand, is cut to the width and extended with zeros. */
#define OPERATIONS(name, type)                                                                                     \
    static inline __attribute__((always_inline)) uint64_t name(type *at, uint32_t operation, type value,           \
                                                               type expected) {                                    \
        switch (operation) {                                                                                       \
        case TF_ATOMIC_LOAD: return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                         \
        case TF_ATOMIC_STORE: __atomic_store_n(at, value, __ATOMIC_SEQ_CST); return 0;                             \
        case TF_ATOMIC_ADD: return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);                                \
        case TF_ATOMIC_SUB: return __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST);                                \
        case TF_ATOMIC_AND: return __atomic_fetch_and(at, value, __ATOMIC_SEQ_CST);                                \
        case TF_ATOMIC_OR: return __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST);                                  \
        case TF_ATOMIC_XOR: return __atomic_fetch_xor(at, value, __ATOMIC_SEQ_CST);                                \
        case TF_ATOMIC_EXCHANGE: return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                          \
        default:                                                                                                   \
            __atomic_compare_exchange_n(at, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);              \
            return expected;                                                                                       \
        }                                                                                                          \
    }
OPERATIONS(operate1, uint8_t)
OPERATIONS(operate2, uint16_t)
OPERATIONS(operate4, uint32_t)
OPERATIONS(operate8, uint64_t)

/* The address may turn out not to be the guest's: then the access here faults. On aarch64 the operations may be calls
 * of functions that are no guest text, so the first access is a plain one. */
uint64_t TF_GUEST_TEXT tf_atomic(tf_instance *instance, void *at, uint32_t operation, uint32_t width, uint64_t value,
                                 uint64_t expected) {
    if (operation == TF_ATOMIC_FENCE) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        return 0;
    }
    if ((uintptr_t)at & ((1u << width) - 1)) tf_raise(instance->store, TF_TRAP_UNALIGNED_ATOMIC);
#if defined(__aarch64__)
    (void)*(volatile uint8_t *)at;
#endif
    switch (width) {
    case 0: return operate1(at, operation, (uint8_t)value, (uint8_t)expected);
    case 1: return operate2(at, operation, (uint16_t)value, (uint16_t)expected);
    case 2: return operate4(at, operation, (uint32_t)value, (uint32_t)expected);
    default: return operate8(at, operation, value, expected);
    }
}
