/* decoder.c: reading a table whose every number may be wrong. */
#include "tf_decoder.h"

#include <stdlib.h>
#include <string.h>

bool tf_decoder_check(tf_decoder *decoder, bool condition) {
    if (!condition) decoder->failed = true;
    return !decoder->failed;
}

static bool has(tf_decoder *decoder, size_t bytes) {
    return tf_decoder_check(decoder, (size_t)(decoder->end - decoder->at) >= bytes);
}

uint32_t tf_decode_4(tf_decoder *decoder) {
    uint32_t value = 0;
    if (!has(decoder, sizeof value)) return 0;
    memcpy(&value, decoder->at, sizeof value);
    decoder->at += sizeof value;
    return value;
}

uint64_t tf_decode_8(tf_decoder *decoder) {
    uint64_t low = tf_decode_4(decoder);
    return low | (uint64_t)tf_decode_4(decoder) << 32;
}

uint32_t tf_decode_count(tf_decoder *decoder, size_t least) {
    uint32_t count = tf_decode_4(decoder);
    return has(decoder, (size_t)count * least) ? count : 0;
}

tf_text tf_decode_text(tf_decoder *decoder) {
    uint32_t length = tf_decode_count(decoder, 1);
    tf_text text = {(const char *)decoder->at, length};
    decoder->at += length;
    return text;
}

uint32_t tf_decode_index(tf_decoder *decoder, uint32_t limit) {
    uint32_t index = tf_decode_4(decoder);
    return tf_decoder_check(decoder, index < limit) ? index : 0;
}

void *tf_decoder_room(tf_decoder *decoder, size_t count, size_t size) {
    void *room = decoder->failed ? NULL : calloc(count ? count : 1, size);
    tf_decoder_check(decoder, room != NULL);
    return room;
}
