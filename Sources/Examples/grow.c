/* Grows and touches its memory until the host refuses, and then gives up as allocators do, with a trap. */
#include "terrafirma.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    for (;;) {
        size_t page = __builtin_wasm_memory_grow(0, 1);
        if (page == SIZE_MAX) __builtin_trap();
        *(volatile uint8_t *)(page * 65536) = 1;
    }
}
