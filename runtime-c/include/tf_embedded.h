/* tf_embedded.h: texts compiled into the binary, so that generated C needs no file of the system's. */
#ifndef TF_EMBEDDED_H
#define TF_EMBEDDED_H

#include <stddef.h>

/* Text of include/tf_abi.h; its length, without a closing NUL, in *size. */
const char *tf_abi_text(size_t *size);

/* Text of include/tf_vector.h, likewise. */
const char *tf_vector_text(size_t *size);

/* Text of generated/tf_prelude.h, likewise. */
const char *tf_prelude_text(size_t *size);

#endif
