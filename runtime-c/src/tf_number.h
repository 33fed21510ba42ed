/* tf_number.h: WebAssembly's numeric instructions, for tf_api. All are guest text: no libc, little stack. */
#ifndef TF_NUMBER_H
#define TF_NUMBER_H

#include "tf_runtime.h"

/* Fills in the members of the groups "integers" and "floats" and those that convert between them. */
void tf_set_integer_functions(tf_api *api);
void tf_set_float_functions(tf_api *api);
void tf_set_conversion_functions(tf_api *api);

#endif
