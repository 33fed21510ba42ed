/* Asks a million times for 16 random bytes, as programs that make identifiers do. */
#include "guest.h"

void start(void) {
    uint8_t bytes[16];
    uint64_t zeros = 0;
    for (int i = 0; i < 1000000; i++) {
        check(random_get(bytes, sizeof bytes));
        uint64_t first, second;
        __builtin_memcpy(&first, bytes, 8);
        __builtin_memcpy(&second, bytes + 8, 8);
        zeros += !(first | second);
    }
    print(zeros);
}
