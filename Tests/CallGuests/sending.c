/* req_create, req_set_header, req_set_body, req_send, resp_get_headers, resp_get_header, resp_get_body,
 * resp_get_response_code; req_send_async, pending_req_wait, pending_req_poll, pending_req_select. */
#include "testing.h"

static void say_response(tf_response response) {
    if (response == TF_NO_HANDLE) return say("none\n");
    const uint8_t *body;
    const tf_slice *list;
    size_t length;
    say_number(hostcall_resp_get_response_code(response)), say(" ");
    hostcall_resp_get_headers(&list, &length, response);
    for (size_t i = 0; i < length; i++) say_bytes(list[i].pointer, list[i].length), say(" ");
    hostcall_resp_get_header(&list, &length, response, BYTES("x-answer"));
    for (size_t i = 0; i < length; i++) say_bytes(list[i].pointer, list[i].length), say(" ");
    hostcall_resp_get_body(&body, &length, response);
    say_bytes(body, length), end_line();
}

static tf_request request(void) {
    size_t length;
    const uint8_t *url = order(&length);
    tf_request request = hostcall_req_create(BYTES("POST"), url, length);
    tf_slice value = {(const uint8_t *)"tag", 3};
    hostcall_req_set_header(request, BYTES("x-tag"), &value, 1);
    hostcall_req_set_body(request, BYTES("sent"));
    return request;
}

TERRAFIRMA_EXPORT("run") void run(void) {
    tf_request created = request();
    if (wants("send")) say_response(hostcall_req_send(created));
    if (wants("leave")) say_number(hostcall_req_send_async(created)), end_line();
    if (wants("wait")) {
        tf_pending pending[] = {hostcall_req_send_async(created), hostcall_req_send_async(created)};
        for (int i = 1; i >= 0; i--) say_response(hostcall_pending_req_wait(pending[i]));
        say_response(hostcall_pending_req_wait(pending[0]));
    }
    if (wants("poll")) {
        tf_pending pending = hostcall_req_send_async(created);
        tf_response response;
        while ((response = hostcall_pending_req_poll(pending)) == TF_NOT_READY) {}
        say_response(response);
    }
    if (wants("select")) {
        tf_pending pending[] = {hostcall_req_send_async(created), hostcall_req_send_async(created)}, done;
        say_response(hostcall_pending_req_select(pending, 2, &done));
        tf_pending other = done == pending[0] ? pending[1] : pending[0], last;
        say_response(hostcall_pending_req_select(&other, 1, &last));
        say_number(last == other), end_line();
    }
    send_answer();
}
