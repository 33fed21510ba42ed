/* tf_report.h: what a standalone program writes to standard error. */
#ifndef TF_REPORT_H
#define TF_REPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tf_message.h"
#include "tf_payload.h"
#include "tf_standalone.h"

/* What `tfc` ends with, beside a guest's own code. */
enum { TF_STATUS_FAILURE = 1, TF_STATUS_USAGE = 2, TF_STATUS_TRAP = 134 };

/* The program's name in messages and the guest's argument 0: the last component of `path`, for ever. */
void tf_report_begin(const char *path);
const char *tf_program_name(void);

/* `NAME: ` and the pieces up to NULL, in one line, made printable. */
void tf_complain(const char *piece, ...) __attribute__((sentinel));

/* What a guest's code becomes, of which the system keeps 8 bits: a failure must not look like success. */
int tf_told_status(uint32_t code);

/* Adds the frames of the guest that the last trap left, and returns how many there are. `message` may be NULL, to count
 * only. */
uint32_t tf_add_backtrace(tf_message *message, const tf_payload *payload, const tf_standalone *program,
                          const tf_store *store);

/* Reports how a call ended that did not end well, and returns the status to end with. */
int tf_report_trap(const tf_payload *payload, const tf_standalone *program, const tf_store *store, tf_trap trap);

#endif
