/* wasi_clock.h: the host's clock for a clock of the interface. */
#ifndef TF_WASI_CLOCK_H
#define TF_WASI_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* False if the interface has no such clock. */
bool tf_wasi_clock(uint32_t id, clockid_t *clock);

#endif
