/* constant.c: constant expressions. */
#include <string.h>

#include "tf_store.h"

/* i32 values have a zero upper half in their cells. */
static uint64_t combine(uint32_t kind, uint64_t a, uint64_t b) {
    switch (kind) {
    case TF_CONSTANT_ADD4: return (uint32_t)(a + b);
    case TF_CONSTANT_SUB4: return (uint32_t)(a - b);
    case TF_CONSTANT_MUL4: return (uint32_t)(a * b);
    case TF_CONSTANT_ADD8: return a + b;
    case TF_CONSTANT_SUB8: return a - b;
    default: return a * b;
    }
}

uint64_t tf_constant_value(const tf_instance *instance, const tf_expression *expression) {
    const tf_module *module = instance->module;
    uint64_t first = 0, *stack = expression->depth > 1 ? instance->scratch : &first;
    uint32_t height = 0;
    for (uint32_t i = 0; i < expression->count; i++) {
        const tf_constant *step = &expression->steps[i];
        switch (step->kind) {
        case TF_CONSTANT_BITS: stack[height++] = step->bits; break;
        case TF_CONSTANT_GLOBAL:
            memcpy(&stack[height++], tf_global_cell(instance, &module->globals[step->index]), sizeof *stack);
            break;
        case TF_CONSTANT_GLOBAL_UPPER:
            memcpy(&stack[height++], (const uint64_t *)tf_global_cell(instance, &module->globals[step->index]) + 1,
                   sizeof *stack);
            break;
        case TF_CONSTANT_REFERENCE: stack[height++] = (uintptr_t)((const char *)instance + step->index); break;
        default:
            height--;
            stack[height - 1] = combine(step->kind, stack[height - 1], stack[height]);
        }
    }
    return stack[0];
}
