/* A bump allocator: enough for a function, whose memory is thrown away after each request. */
#include "terrafirma.h"

#define PAGE_BYTES 65536

/* The first byte behind the static data; the linker knows it. */
extern uint8_t __heap_base;
static size_t next;

void *tf_allocate(size_t size) {
    size_t end = __builtin_wasm_memory_size(0) * PAGE_BYTES;
    size_t start = next != 0 ? next : (size_t)&__heap_base;
    start = (start + 15) & ~(size_t)15;
    if (size > SIZE_MAX - start) __builtin_trap();
    if (start + size > end) {
        size_t pages = (start + size - end + PAGE_BYTES - 1) / PAGE_BYTES;
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) __builtin_trap();
    }
    next = start + size;
    return (void *)start;
}

/* What the host calls to hand over bytes. */
TERRAFIRMA_EXPORT("default_malloc_impl") void *default_malloc_impl(size_t size) { return tf_allocate(size); }
TERRAFIRMA_EXPORT("default_free_impl") void default_free_impl(void *block) { (void)block; }
