/* Answers with the request: method and path, headers, an empty line, the body. */
#include "terrafirma.h"

static uint8_t *text;
static size_t text_length, text_capacity;

static void append(const uint8_t *bytes, size_t length) {
    if (length > text_capacity - text_length) {
        size_t capacity = 2 * (text_length + length);
        uint8_t *larger = tf_allocate(capacity);
        for (size_t i = 0; i < text_length; i++) larger[i] = text[i];
        text = larger;
        text_capacity = capacity;
    }
    for (size_t i = 0; i < length; i++) text[text_length + i] = bytes[i];
    text_length += length;
}

static void append_text(const char *string) { append((const uint8_t *)string, tf_length(string)); }

static void append_request_line(void) {
    const uint8_t *bytes;
    size_t length;
    hostcall_req_get_method(&bytes, &length, TF_REQUEST_INCOMING);
    append(bytes, length);
    append_text(" ");
    hostcall_req_get_path(&bytes, &length, TF_REQUEST_INCOMING);
    append(bytes, length);
    append_text("\n");
}

static void append_header(tf_slice name) {
    const tf_slice *values;
    size_t count;
    hostcall_req_get_header(&values, &count, TF_REQUEST_INCOMING, name.pointer, name.length);
    for (size_t i = 0; i < count; i++) {
        append(name.pointer, name.length);
        append_text(": ");
        append(values[i].pointer, values[i].length);
        append_text("\n");
    }
}

TERRAFIRMA_EXPORT("run") void run(void) {
    append_request_line();

    const tf_slice *names;
    size_t count;
    hostcall_req_get_headers(&names, &count, TF_REQUEST_INCOMING);
    for (size_t i = 0; i < count; i++) append_header(names[i]);
    append_text("\n");

    const uint8_t *body;
    size_t length;
    hostcall_req_get_body(&body, &length, TF_REQUEST_INCOMING);
    append(body, length);

    tf_answer_header("content-type", "text/plain; charset=utf-8");
    hostcall_resp_set_body(TF_RESPONSE_OUTGOING, text, text_length);
}
