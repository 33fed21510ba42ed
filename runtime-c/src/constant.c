/* constant.c: constant expressions. */
#include <stdlib.h>
#include <string.h>

#include "tf_heap.h"

/* Between two looks at the deadline; a few milliseconds' work. */
static const uint64_t elements_at_once = 256 * 1024;

/* An expression under way. */
typedef struct evaluation {
    tf_instance *instance;
    uint64_t *stack;
    uint32_t height;
} evaluation;

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

static void push(evaluation *self, uint64_t value) { self->stack[self->height++] = value; }

static uint64_t pop(evaluation *self) { return self->stack[--self->height]; }

static uint64_t global_half(const evaluation *self, uint32_t index, int half) {
    uint64_t value;
    memcpy(&value, (const uint64_t *)tf_global_cell(self->instance, &self->instance->module->globals[index]) + half,
           sizeof value);
    return value;
}

/* --- Objects: made without a collection, since the stack is no root --- */

static tf_trap push_object(evaluation *self, const tf_object *object) {
    if (!object) return tf_heap_trap(self->instance->store);
    push(self, (uintptr_t)object);
    return TF_OK;
}

static tf_object *new_structure(evaluation *self, const tf_type *type) {
    tf_store *store = self->instance->store;
    tf_heap_pin(store, true);
    tf_object *object = tf_structure_allocate(store, type);
    tf_heap_pin(store, false);
    return object;
}

static tf_object *new_array(evaluation *self, const tf_type *type, uint64_t length) {
    tf_store *store = self->instance->store;
    tf_heap_pin(store, true);
    tf_object *object = tf_array_allocate(store, type, (uint32_t)length);
    tf_heap_pin(store, false);
    return object;
}

static tf_trap structure(evaluation *self, const tf_type *type) {
    tf_object *object = new_structure(self, type);
    for (uint32_t i = 0; i < type->field_count; i++) self->height -= tf_storage_cells(type->fields[i].type);
    const uint64_t *from = self->stack + self->height;
    for (uint32_t i = 0; object && i < type->field_count; i++) {
        memcpy((char *)object + type->offsets[i], from, tf_storage_size(type->fields[i].type));
        from += tf_storage_cells(type->fields[i].type);
    }
    return push_object(self, object);
}

/* Of `length` values on the stack; `step` cells from one to the next, 0: all the same. */
static tf_trap array(evaluation *self, const tf_type *type, uint64_t length, uint32_t step) {
    tf_object *object = new_array(self, type, length);
    const uint64_t *from = self->stack + self->height;
    for (uint64_t i = 0; object && i < length; i++) {
        memcpy((char *)(object + 1) + i * type->size, from + i * step, type->size);
        /* By the clock: no guest is entered yet, so nobody sets the mark. */
        if (i % elements_at_once == elements_at_once - 1 && tf_store_interrupted(self->instance->store))
            return TF_TRAP_DEADLINE;
    }
    return push_object(self, object);
}

static tf_trap aggregate(evaluation *self, const tf_constant *step) {
    const tf_type *type = tf_type_of(step->index);
    if (step->kind == TF_CONSTANT_STRUCT) return structure(self, type);
    if (step->kind == TF_CONSTANT_STRUCT_DEFAULT) return push_object(self, new_structure(self, type));
    if (step->kind == TF_CONSTANT_ARRAY_DEFAULT) return push_object(self, new_array(self, type, pop(self)));
    uint32_t cells = tf_storage_cells(type->fields[0].type);
    if (step->kind == TF_CONSTANT_ARRAY) {
        uint64_t length = pop(self);
        self->height -= cells;
        return array(self, type, length, 0);
    }
    self->height -= (uint32_t)step->bits * cells;
    return array(self, type, step->bits, cells);
}

/* --- Expressions --- */

static tf_trap take_step(evaluation *self, const tf_constant *step) {
    switch (step->kind) {
    case TF_CONSTANT_BITS: push(self, step->bits); break;
    case TF_CONSTANT_GLOBAL: push(self, global_half(self, step->index, 0)); break;
    case TF_CONSTANT_GLOBAL_UPPER: push(self, global_half(self, step->index, 1)); break;
    case TF_CONSTANT_REFERENCE: push(self, (uintptr_t)((const char *)self->instance + step->index)); break;
    case TF_CONSTANT_I31: push(self, (uint32_t)(pop(self) << 1 | 1)); break;
    case TF_CONSTANT_STRUCT:
    case TF_CONSTANT_STRUCT_DEFAULT:
    case TF_CONSTANT_ARRAY:
    case TF_CONSTANT_ARRAY_DEFAULT:
    case TF_CONSTANT_ARRAY_FIXED: return aggregate(self, step);
    default: {
        uint64_t b = pop(self), a = pop(self);
        push(self, combine(step->kind, a, b));
    }
    }
    return TF_OK;
}

static tf_trap evaluate(tf_instance *instance, const tf_expression *expression, uint64_t *stack, uint64_t value[2]) {
    evaluation self = {instance, stack, 0};
    for (uint32_t i = 0; i < expression->count; i++) {
        tf_trap trap = take_step(&self, &expression->steps[i]);
        if (trap != TF_OK) return trap;
    }
    value[0] = stack[0];
    value[1] = self.height > 1 ? stack[1] : 0;
    return TF_OK;
}

/* What expressions make is garbage until its place has it, so a second try after a collection finds more room. */
static tf_trap evaluate_twice(tf_instance *instance, const tf_expression *expression, uint64_t *stack,
                              uint64_t value[2]) {
    tf_trap trap = evaluate(instance, expression, stack, value);
    if (trap != TF_TRAP_OUT_OF_MEMORY) return trap;
    tf_heap_collect(instance->store);
    return evaluate(instance, expression, stack, value);
}

tf_trap tf_constant_value(tf_instance *instance, const tf_expression *expression, uint64_t value[2]) {
    uint64_t few[2];
    if (expression->depth <= 2) return evaluate_twice(instance, expression, few, value);
    if (expression->depth <= TF_SCRATCH_CELLS) return evaluate_twice(instance, expression, instance->scratch, value);
    uint64_t *stack = malloc(expression->depth * sizeof *stack);
    if (!stack) {
        tf_store_set_message(instance->store, "the host has no memory for a constant expression");
        return TF_TRAP_OUT_OF_MEMORY;
    }
    tf_trap trap = evaluate_twice(instance, expression, stack, value);
    free(stack);
    return trap;
}
