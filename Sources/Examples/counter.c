/* Counts its calls in a global. The answer is always 1, because each request has a fresh instance. */
#include "terrafirma.h"

static volatile uint32_t calls;

TERRAFIRMA_EXPORT("run") void run(void) {
    uint8_t digits[11], *first = digits + sizeof digits - 1;
    *first = '\n';
    uint32_t rest = ++calls;
    do {
        *--first = '0' + rest % 10;
        rest /= 10;
    } while (rest != 0);
    tf_answer_header("content-type", "text/plain; charset=utf-8");
    hostcall_resp_set_body(TF_RESPONSE_OUTGOING, first, digits + sizeof digits - first);
}
