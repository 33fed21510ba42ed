/* Writes a million lines, each in two pieces and one call, as unbuffered programs do; what is left over, by itself. */
#include "guest.h"

void start(void) {
    for (int i = 0; i < 1000000; i++) {
        size_t done;
        const buffer pieces[2] = { { (uint8_t *)"hello, ", 7 }, { (uint8_t *)"world\n", 6 } };
        check(fd_write(1, pieces, 2, &done));
        if (done == pieces[0].length) write_all(pieces[1].bytes, pieces[1].length);
        else if (done != pieces[0].length + pieces[1].length) __builtin_trap();
    }
}
