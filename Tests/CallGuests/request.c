/* init_mm, panic_hook, req_get_headers, req_get_header, req_get_method, req_get_body, req_get_path. */
#include "testing.h"

static void *allocate(size_t size) { return tf_allocate(size); }
static void release(void *block) { (void)block; }

static void say_list(const tf_slice *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i) say(",");
        say_bytes(list[i].pointer, list[i].length);
    }
    end_line();
}

TERRAFIRMA_EXPORT("run") void run(void) {
    hostcall_init_mm(allocate, release);
    if (wants("panic")) return hostcall_panic_hook(BYTES("it can't go on"));
    const uint8_t *bytes;
    const tf_slice *list;
    size_t length;
    hostcall_req_get_method(&bytes, &length, TF_REQUEST_INCOMING);
    say_bytes(bytes, length), end_line();
    hostcall_req_get_path(&bytes, &length, TF_REQUEST_INCOMING);
    say_bytes(bytes, length), end_line();
    hostcall_req_get_headers(&list, &length, TF_REQUEST_INCOMING);
    say_list(list, length);
    hostcall_req_get_header(&list, &length, TF_REQUEST_INCOMING, BYTES("X-Tag"));
    say_list(list, length);
    bytes = order(&length);
    say_bytes(bytes, length);
    send_answer();
}
