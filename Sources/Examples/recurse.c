/* Calls itself for ever: a trap when the stack is used up. */
#include "terrafirma.h"

/* Volatile, and added to after the call, so that no compiler knows the end or turns the recursion into a loop. */
static volatile uint32_t depth;

__attribute__((noinline)) static uint32_t descend(uint32_t level) {
    depth = level;
    if (depth != level) return 0;
    return descend(level + 1) + depth;
}

TERRAFIRMA_EXPORT("run") void run(void) { depth = descend(0); }
