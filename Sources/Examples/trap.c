/* Sets a response and traps: the client must get an error, never this response. */
#include "terrafirma.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    tf_answer("This must not arrive.\n");
    __builtin_trap();
}
