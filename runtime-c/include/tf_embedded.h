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

/* Texts of generated/tf_optimized.h and generated/tf_optimized_vector.h, likewise. */
const char *tf_optimized_text(size_t *size);
const char *tf_optimized_vector_text(size_t *size);

/* Texts of src/tf_vector_lanes.h and src/vector_*.c, one after the other, likewise: the runtime's vector operations,
 * which generated code inlines where TF_INLINES_VECTORS is defined. */
const char *tf_vector_operations_text(size_t *size);

#endif
