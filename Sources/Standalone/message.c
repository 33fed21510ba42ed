/* message.c: text for standard error. */
#include "tf_message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void tf_add_bytes(tf_message *self, const char *bytes, size_t count) {
    if (count > sizeof self->text - self->length) count = sizeof self->text - self->length;
    memcpy(self->text + self->length, bytes, count);
    self->length += count;
}

void tf_add(tf_message *self, const char *text) { tf_add_bytes(self, text, strlen(text)); }

void tf_add_number(tf_message *self, uint64_t number, unsigned base) {
    char digits[24], *at = digits + sizeof digits;
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    tf_add_bytes(self, at, (size_t)(digits + sizeof digits - at));
}

void tf_write_message(const tf_message *self) {
    size_t done = 0;
    while (done < self->length) {
        ssize_t count = write(STDERR_FILENO, self->text + done, self->length - done);
        if (count < 0 && errno != EINTR) return;
        if (count > 0) done += (size_t)count;
    }
}

/* --- Text that may hold anything --- */

/* The character at the start of well-formed UTF-8 and its bytes; 0 bytes: it is none. */
static uint32_t first_character(const unsigned char *text, size_t *bytes) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    uint32_t value = count == 1 ? text[0] : text[0] & (0x7Fu >> count);
    *bytes = 0;
    for (size_t i = 1; i < count; i++) {
        if (text[i] >> 6 != 2) return 0;
        value = value << 6 | (text[i] & 0x3F);
    }
    if (count == 0 || value < least[count] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 0;
    *bytes = count;
    return value;
}

static bool steers_terminal(uint32_t character) {
    static const uint32_t ranges[][2] = {
        {0, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (character >= ranges[i][0] && character <= ranges[i][1]) return true;
    }
    return false;
}

void tf_add_printable(tf_message *self, const char *text) {
    while (*text) {
        size_t bytes;
        uint32_t character = first_character((const unsigned char *)text, &bytes);
        if (bytes == 0) {
            tf_add(self, "\xEF\xBF\xBD");
            bytes = 1;
        } else if (steers_terminal(character)) {
            tf_add(self, "\\u{");
            tf_add_number(self, character, 16);
            tf_add(self, "}");
        } else {
            tf_add_bytes(self, text, bytes);
        }
        text += bytes;
    }
}
