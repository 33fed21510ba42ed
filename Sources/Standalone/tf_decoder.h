/* tf_decoder.h: reading a table whose every number may be wrong. */
#ifndef TF_DECODER_H
#define TF_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left. Once something was wrong `failed` is set, and everything that is read is 0. */
typedef struct tf_decoder {
    const uint8_t *at, *end;
    bool failed;
} tf_decoder;

/* Notes it unless a condition holds; returns whether all was well so far. */
bool tf_decoder_check(tf_decoder *, bool condition);

uint32_t tf_decode_4(tf_decoder *);
uint64_t tf_decode_8(tf_decoder *);

/* The number of items that follow, each of at least so many bytes: so it is never more than the table has room for. */
uint32_t tf_decode_count(tf_decoder *, size_t least);

/* A text: it lies in the table, without a 0 at its end. */
typedef struct tf_text {
    const char *bytes;
    uint32_t length;
} tf_text;
tf_text tf_decode_text(tf_decoder *);

/* A number below `limit`, else 0. */
uint32_t tf_decode_index(tf_decoder *, uint32_t limit);

/* Zeroed room for items, for ever; never NULL but when `failed`. */
void *tf_decoder_room(tf_decoder *, size_t count, size_t size);

#endif
