/* tf_message.h: text for standard error, put together without allocating. */
#ifndef TF_MESSAGE_H
#define TF_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "tf_abi.h"

/* A message is written at once, by one call: others write to standard error too. Longer ones are cut. */
typedef struct tf_message {
    size_t length;
    char text[128 * 1024];
} tf_message;

void tf_add(tf_message *, const char *text);
void tf_add_bytes(tf_message *, const char *bytes, size_t count);
void tf_add_number(tf_message *, uint64_t number, unsigned base); /* 10 or 16 */

/* Text that may hold anything: what would steer a terminal is written as `\u{1b}`, what is no UTF-8 as U+FFFD. */
void tf_add_printable(tf_message *, const char *text);

/* Why a guest ended, in the specification's words. */
const char *tf_trap_text(tf_trap);

/* Writes it to standard error; what cannot be written is lost. */
void tf_write_message(const tf_message *);

#endif
