/* tf_reservation.h: address space for memories. */
#ifndef TF_RESERVATION_H
#define TF_RESERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TF_PAGE UINT64_C(65536)

/* A 32-bit address plus a 32-bit offset plus the widest access stays within. */
#define TF_RESERVATION_BYTES ((UINT64_C(8) << 30) + TF_PAGE)

/* TF_RESERVATION_BYTES of address space whose first `accessible` bytes may be read and written and are all zero;
 * the rest faults. From a small pool, or new. NULL: none to be had. */
uint8_t *tf_reservation_take(uint64_t accessible);

/* Makes [from, to) accessible; both multiples of the page size. False: the host refused, nothing changed. */
bool tf_reservation_extend(uint8_t *base, uint64_t from, uint64_t to);

/* Gives one back whose first `accessible` bytes may have been written; `has_file`: files are mapped over some of
 * them. No byte of them is ever seen again. */
void tf_reservation_give(uint8_t *base, uint64_t accessible, bool has_file);

#endif
