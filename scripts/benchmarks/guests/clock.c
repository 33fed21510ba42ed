/* Asks for the time 10 million times. */
#include "guest.h"

void start(void) {
    uint64_t last = 0, time = 0, backwards = 0;
    for (int i = 0; i < 10000000; i++) {
        check(clock_time_get(1, 1, &time));
        backwards += time < last;
        last = time;
    }
    print(backwards);
}
