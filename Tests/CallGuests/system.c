/* rng_next_u64, time_now, debug. */
#include "testing.h"

TERRAFIRMA_EXPORT("run") void run(void) {
    size_t length;
    const uint8_t *message = order(&length);
    if (wants("debug")) hostcall_debug(message, length);
    if (wants("debug-to-nul")) hostcall_debug(message, (size_t)-1);
    if (wants("random")) say_number((int64_t)(hostcall_rng_next_u64() >> 1));
    if (wants("time")) {
        uint32_t nanoseconds;
        say_number((int64_t)hostcall_time_now(NULL)), say(" ");
        say_number((int64_t)hostcall_time_now(&nanoseconds)), say(" ");
        say_number(nanoseconds);
    }
    send_answer();
}
