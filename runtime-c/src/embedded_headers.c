#include "tf_embedded.h"

static const char abi[] = {
#embed "../include/tf_abi.h"
};

static const char vector[] = {
#embed "../include/tf_vector.h"
};

static const char prelude[] = {
#embed "../generated/tf_prelude.h"
};

static const char optimized[] = {
#embed "../generated/tf_optimized.h"
};

static const char optimized_vector[] = {
#embed "../generated/tf_optimized_vector.h"
};

static const char vector_operations[] = {
#embed "tf_vector_lanes.h"
    ,
#embed "vector_integer.c"
    ,
#embed "vector_float.c"
    ,
#embed "vector_width.c"
};

const char *tf_abi_text(size_t *size) {
    *size = sizeof abi;
    return abi;
}

const char *tf_vector_text(size_t *size) {
    *size = sizeof vector;
    return vector;
}

const char *tf_prelude_text(size_t *size) {
    *size = sizeof prelude;
    return prelude;
}

const char *tf_optimized_text(size_t *size) {
    *size = sizeof optimized;
    return optimized;
}

const char *tf_optimized_vector_text(size_t *size) {
    *size = sizeof optimized_vector;
    return optimized_vector;
}

const char *tf_vector_operations_text(size_t *size) {
    *size = sizeof vector_operations;
    return vector_operations;
}
