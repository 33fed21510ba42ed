/* Counts its visits in the key-value store, one byte for each: no visit is lost, however many come at once. */
#include "terrafirma.h"

static const uint8_t key[] = "visits";

TERRAFIRMA_EXPORT("run") void run(void) {
    hostcall_kvstore_append(key, sizeof key - 1, (const uint8_t *)".", 1);
    const uint8_t *visits;
    size_t count;
    hostcall_kvstore_get(&visits, &count, key, sizeof key - 1);

    uint8_t digits[11], *first = digits + sizeof digits - 1;
    *first = '\n';
    do {
        *--first = '0' + count % 10;
        count /= 10;
    } while (count != 0);
    tf_answer_header("content-type", "text/plain; charset=utf-8");
    hostcall_resp_set_body(TF_RESPONSE_OUTGOING, first, digits + sizeof digits - first);
}
