/* Reads beyond its memory: a trap. */
#include "terrafirma.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    volatile uint32_t *beyond = (volatile uint32_t *)0xfffffff0;
    uint32_t secret = *beyond;
    hostcall_resp_set_body(TF_RESPONSE_OUTGOING, (const uint8_t *)&secret, sizeof secret);
}
