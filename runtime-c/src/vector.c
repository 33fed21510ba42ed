/* vector.c: the table of vector operations. */
#include "tf_vector_lanes.h"

#define ENTRY(name) .name = tf_v_##name,
const tf_vector_api tf_vector_functions = {TF_VECTOR_FUNCTIONS(ENTRY, ENTRY, ENTRY, ENTRY, ENTRY)};
