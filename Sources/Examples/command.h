/* command.h: the few WASI calls that a CGI program needs, and writing through them. No libc.
 *
 * The request comes as environment (REQUEST_METHOD, PATH_INFO, QUERY_STRING, HTTP_…) and standard input; the
 * response goes to standard output: header lines, an empty line, the body. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>
#include <stdint.h>

#define WASI_IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) name
#define WASI_EXPORT(name) __attribute__((export_name(name)))

/* A buffer to read into or to write from. */
typedef struct wasi_buffer {
    const uint8_t *pointer;
    size_t length;
} wasi_buffer;

enum { STANDARD_INPUT = 0, STANDARD_OUTPUT = 1 };

/* Each returns an error number, 0 for success. */
int32_t WASI_IMPORT(fd_write)(int32_t file, const wasi_buffer *buffers, size_t count, size_t *written);
int32_t WASI_IMPORT(fd_read)(int32_t file, const wasi_buffer *buffers, size_t count, size_t *read);
int32_t WASI_IMPORT(environ_sizes_get)(size_t *count, size_t *bytes);
int32_t WASI_IMPORT(environ_get)(char **variables, char *text);

/* Writes all the bytes to standard output; traps if that fails. */
static inline void write_bytes(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        wasi_buffer buffer = {bytes, length};
        size_t written = 0;
        if (fd_write(STANDARD_OUTPUT, &buffer, 1, &written) != 0 || written > length) __builtin_trap();
        bytes += written;
        length -= written;
    }
}

/* Writes a C string to standard output. */
static inline void write_text(const char *text) {
    size_t length = 0;
    while (text[length] != 0) length++;
    write_bytes((const uint8_t *)text, length);
}

#endif
