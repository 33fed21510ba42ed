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
