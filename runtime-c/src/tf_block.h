/* tf_block.h: the pieces of which heaps are made. */
#ifndef TF_BLOCK_H
#define TF_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Size and alignment of a block. */
#define TF_BLOCK_BYTES 32768

/* A block of zeros, from a pool of the process or new. NULL: the host has none. Any thread. */
void *tf_block_take(void);

/* Gives one back of which the first `used` bytes may have been written. No byte of them is ever seen again. */
void tf_block_give(void *block, size_t used);

#endif
