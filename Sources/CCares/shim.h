/* What Swift needs of c-ares: its macros as functions. */
#include <ares.h>

/* Whether the socket at an index of what ares_getsock found is to be waited for, to read or to write. */
static inline _Bool cares_is_readable(int bits, int index) { return ARES_GETSOCK_READABLE(bits, index) != 0; }
static inline _Bool cares_is_writable(int bits, int index) { return ARES_GETSOCK_WRITABLE(bits, index) != 0; }
