/* The greeting as a CGI program: a WASI command that writes header lines, an empty line and the body. */
#include "command.h"

WASI_EXPORT("_start") void _start(void) {
    write_text("Content-Type: text/plain; charset=utf-8\r\n\r\nHello from CGI!\n");
}
