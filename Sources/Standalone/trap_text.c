/* trap_text.c: traps in words: the specification's, as Trap.swift has them. */
#include <stddef.h>

#include "tf_message.h"

const char *tf_trap_text(tf_trap trap) {
    static const char *const texts[] = {
        [TF_TRAP_UNREACHABLE] = "unreachable",
        [TF_TRAP_MEMORY_BOUNDS] = "out of bounds memory access",
        [TF_TRAP_TABLE_BOUNDS] = "out of bounds table access",
        [TF_TRAP_UNDEFINED_ELEMENT] = "undefined element",
        [TF_TRAP_UNINITIALIZED_ELEMENT] = "uninitialized element",
        [TF_TRAP_TYPE_MISMATCH] = "indirect call type mismatch",
        [TF_TRAP_DIVIDE_BY_ZERO] = "integer divide by zero",
        [TF_TRAP_INTEGER_OVERFLOW] = "integer overflow",
        [TF_TRAP_INVALID_CONVERSION] = "invalid conversion to integer",
        [TF_TRAP_STACK_EXHAUSTED] = "call stack exhausted",
        [TF_TRAP_DEADLINE] = "deadline exceeded",
        [TF_TRAP_UNKNOWN_IMPORT] = "unknown import",
        [TF_TRAP_OUT_OF_MEMORY] = "out of memory",
        [TF_TRAP_NULL_REFERENCE] = "null reference",
        [TF_TRAP_NULL_FUNCTION] = "null function reference",
        [TF_TRAP_NULL_STRUCTURE] = "null structure reference",
        [TF_TRAP_NULL_ARRAY] = "null array reference",
        [TF_TRAP_NULL_I31] = "null i31 reference",
        [TF_TRAP_CAST_FAILURE] = "cast failure",
        [TF_TRAP_ARRAY_BOUNDS] = "out of bounds array access",
        [TF_TRAP_UNALIGNED_ATOMIC] = "unaligned atomic",
        [TF_TRAP_EXPECTED_SHARED] = "expected shared memory",
        [TF_TRAP_UNCAUGHT_EXCEPTION] = "uncaught exception",
        [TF_TRAP_CPU_TIME] = "processor time used up",
    };
    const char *text = (size_t)trap < sizeof texts / sizeof *texts ? texts[trap] : NULL;
    return text ? text : "host function failed";
}
