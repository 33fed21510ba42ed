/* Answers with the request as a CGI program sees it: the environment, an empty line, the body. */
#include "command.h"

#define TEXT_BYTES 262144
#define VARIABLES 4096

static char environment[TEXT_BYTES];
static char *variables[VARIABLES];
static uint8_t chunk[65536];

WASI_EXPORT("_start") void _start(void) {
    size_t count, bytes;
    if (environ_sizes_get(&count, &bytes) != 0 || count > VARIABLES || bytes > TEXT_BYTES) __builtin_trap();
    if (environ_get(variables, environment) != 0) __builtin_trap();

    write_text("Content-Type: text/plain; charset=utf-8\r\n\r\n");
    for (size_t i = 0; i < count; i++) {
        write_text(variables[i]);
        write_text("\n");
    }
    write_text("\n");
    for (;;) {
        wasi_buffer buffer = {chunk, sizeof chunk};
        size_t length = 0;
        if (fd_read(STANDARD_INPUT, &buffer, 1, &length) != 0 || length > sizeof chunk) __builtin_trap();
        if (length == 0) break;
        write_bytes(chunk, length);
    }
}
