/* tf_call_filter.h: rules about system calls, and the filter (seccomp) that they become.
 *
 * A row allows one system call, if its tests hold. Several rows of one call are alternatives. What no row allows fails
 * with EPERM. */
#ifndef TF_CALL_FILTER_H
#define TF_CALL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TF_CALL_TESTS = 2, TF_CALL_VALUES = 10 };

/* In place of a value: the number of this process. */
#define TF_OWN_PROCESS UINT32_C(0xFFFFFFF0)

/* The bits `mask` of half an argument are one of the values. Flags and numbers of calls are in the low halves; a
 * pointer is in both. */
typedef struct tf_call_test {
    uint32_t mask; /* 0: no test */
    uint8_t half;  /* of all arguments' halves: 2 * argument, and 1 for the high one */
    uint8_t count;
    uint32_t values[TF_CALL_VALUES];
} tf_call_test;

typedef struct tf_call_row {
    uint16_t number;
    uint16_t error; /* instead of allowing the call, let it fail with this one */
    bool connects;  /* only where requests go out */
    tf_call_test tests[TF_CALL_TESTS];
} tf_call_row;

/* Every call that the server needs, those with tests first. */
extern const tf_call_row tf_call_rows[];
extern const size_t tf_call_row_count;

/* Puts the filter of the rows in force for every thread of the process. Returns 0 or the errno. */
int tf_call_filter_install(bool connects);

/* The other way round: puts a filter in force that lets every call be but those of the rows, which name their errors,
 * and those from the number `unknown` on, which fail as on a kernel that has none of them. Returns 0 or the errno. */
int tf_call_filter_refuse(const tf_call_row *rows, size_t count, uint32_t unknown);

#endif
