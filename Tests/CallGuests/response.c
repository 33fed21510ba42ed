/* resp_set_header, resp_set_body, resp_set_response_code. */
#include "testing.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    tf_slice values[] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}};
    say_number(hostcall_resp_set_response_code(TF_RESPONSE_OUTGOING, 418));
    say_number(hostcall_resp_set_header(TF_RESPONSE_OUTGOING, BYTES("x-list"), values, 2));
    say_number(hostcall_resp_set_header(TF_RESPONSE_OUTGOING, BYTES("bad name"), values, 2));
    say_number(hostcall_resp_set_response_code(7, 200));
    send_answer();
}
