/* testing.h: a guest that answers with lines of what host calls gave, and finds its orders in the request's body. */
#ifndef TESTING_H
#define TESTING_H

#include "terrafirma.h"

static uint8_t answer[4096];
static size_t answer_length;

static inline void say_bytes(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length && answer_length < sizeof answer; i++) answer[answer_length++] = bytes[i];
}

static inline void say(const char *text) { say_bytes((const uint8_t *)text, tf_length(text)); }

static inline void say_number(int64_t number) {
    uint8_t digits[24], *first = digits + sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--first = '0' + rest % 10;
        rest /= 10;
    } while (rest != 0);
    if (number < 0) *--first = '-';
    say_bytes(first, digits + sizeof digits - first);
}

static inline void end_line(void) { say("\n"); }

/* The first word of the path that begins with a slash, after the function's own name, is what the test wants. */
static inline int wants(const char *word) {
    const uint8_t *path;
    size_t length;
    hostcall_req_get_path(&path, &length, TF_REQUEST_INCOMING);
    size_t word_length = tf_length(word);
    if (length <= word_length || path[length - word_length - 1] != '/') return 0;
    for (size_t i = 0; i < word_length; i++)
        if (path[length - word_length + i] != (uint8_t)word[i]) return 0;
    return 1;
}

/* The request's body: an URL, a name, a message. */
static inline const uint8_t *order(size_t *length) {
    const uint8_t *body;
    hostcall_req_get_body(&body, length, TF_REQUEST_INCOMING);
    return body;
}

static inline void send_answer(void) { hostcall_resp_set_body(TF_RESPONSE_OUTGOING, answer, answer_length); }

#define BYTES(text) (const uint8_t *)(text), tf_length(text)

#endif
