/* Loops for ever: stopped at its deadline. */
#include "terrafirma.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    static volatile uint32_t turns;
    for (;;) turns++;
}
