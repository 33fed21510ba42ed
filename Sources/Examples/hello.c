/* The smallest function: a greeting. */
#include "terrafirma.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    tf_answer_header("content-type", "text/plain; charset=utf-8");
    tf_answer("Hello World!\n");
}
