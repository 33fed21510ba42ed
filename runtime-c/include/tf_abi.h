/* tf_abi.h: what generated code and the runtime agree on.
 *
 * Read by clang (the runtime), and, embedded in the binary, by libtcc and by optimizing compilers in front of
 * every generated source. So: plain C99, no includes when TF_GENERATED is defined, nothing that libtcc of 2020
 * lacks. Any change here changes the cache key of every artifact (the text is part of it).
 *
 * Native signature of a wasm function of type [p…] -> [r…]:
 *     r0 code(tf_instance *, p0, p1, …)
 * i32 is uint32_t, i64 is uint64_t, f32 is float, f64 is double, references are void *. Results beyond the first are
 * in instance->scratch[1…] after the call, each in a cell of its own. All instances of a store share one scratch area.
 *
 * Parameters are native as long as they fit the registers that every supported processor has for them: the instance
 * and TF_INTEGER_PARAMETERS integers or references, TF_FLOAT_PARAMETERS floats. The first one that doesn't fit, and
 * all behind it, are passed in instance->scratch[0…] in order. So a tail call never needs room on the stack.
 *
 * v128 takes two of whatever an integer takes one: two uint64_t parameters, two cells, the lower half first. As the
 * first result it is returned by its lower half, the upper half is in instance->scratch[0].
 *
 * References: NULL is null. One of the func hierarchy points to a tf_function. In all other hierarchies the lowest
 * bits tell: 1: an i31 (value << 1 | 1, upper half zero); 10: an external reference (the host's number << 2 | 2);
 * 00: a tf_object. any.convert_extern and extern.convert_any change nothing.
 */
#ifndef TF_ABI_H
#define TF_ABI_H

#ifdef TF_GENERATED
typedef unsigned char uint8_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef int int32_t;
typedef long long int64_t;
#else
#include <stdint.h>
#endif

/* Bumped when the meaning of something here changes while its text does not. */
#define TF_ABI_VERSION 3

#define TF_INTEGER_PARAMETERS 5
#define TF_FLOAT_PARAMETERS 8

/* Of functions that do not return: it makes no difference to libtcc. */
#ifdef __TINYC__
#define TF_NORETURN
#else
#define TF_NORETURN __attribute__((noreturn))
#endif

/* Cells in a scratch area: enough for 1,000 parameters and 1,000 results, two cells each. */
#define TF_SCRATCH_CELLS 2048

/* A v128: lower and upper half. */
typedef struct tf_vector {
    uint64_t a, b;
} tf_vector;

typedef struct tf_instance tf_instance;
typedef struct tf_host tf_host;

/* Why a guest ended early. Values are stable: hosts return them as status. */
typedef enum tf_trap {
    TF_OK = 0,
    TF_TRAP_UNREACHABLE = 1,
    TF_TRAP_MEMORY_BOUNDS,       /* out of bounds memory access */
    TF_TRAP_TABLE_BOUNDS,        /* out of bounds table access */
    TF_TRAP_UNDEFINED_ELEMENT,   /* call_indirect beyond the table */
    TF_TRAP_UNINITIALIZED_ELEMENT, /* call_indirect of null */
    TF_TRAP_TYPE_MISMATCH,       /* indirect call type mismatch */
    TF_TRAP_DIVIDE_BY_ZERO,
    TF_TRAP_INTEGER_OVERFLOW,
    TF_TRAP_INVALID_CONVERSION,
    TF_TRAP_STACK_EXHAUSTED,
    TF_TRAP_DEADLINE,            /* wall time used up */
    TF_TRAP_HOST,                /* a host call refused to go on; it left a message in the store */
    TF_TRAP_UNKNOWN_IMPORT,      /* an import nobody provided was called (unknown-imports=trap) */
    TF_TRAP_OUT_OF_MEMORY,       /* the host has no memory to go on, or the guest's heap is full */
    TF_TRAP_NULL_REFERENCE,      /* ref.as_non_null, throw_ref of null */
    TF_TRAP_NULL_FUNCTION,       /* call_ref of null */
    TF_TRAP_NULL_STRUCTURE,
    TF_TRAP_NULL_ARRAY,
    TF_TRAP_NULL_I31,
    TF_TRAP_CAST_FAILURE,
    TF_TRAP_ARRAY_BOUNDS,        /* out of bounds array access */
    TF_TRAP_UNALIGNED_ATOMIC,
    TF_TRAP_EXPECTED_SHARED,     /* waiting on a memory that isn't shared */
    TF_TRAP_UNCAUGHT_EXCEPTION,
    TF_TRAP_CPU_TIME,            /* processor time used up */
    TF_EXIT,                     /* not a trap: the guest asked to end (proc_exit); code in the store */
} tf_trap;

/* Uniform entry of a function type: calls `code(instance, …)` with arguments from `values`, one 8-byte cell each
 * (i32 and f32 in the low half; two cells for a v128), and leaves the results there, first result in values[0]. */
typedef void (*tf_enter)(void *code, void *instance, uint64_t *values);

/* A function as a value. Funcrefs point to one. */
typedef struct tf_function {
    uint32_t type;     /* canonical type id, never 0; first, so that an indirect call compares at offset 0 */
    uint32_t reserved;
    void *code;        /* native code */
    void *instance;    /* its first argument: the tf_instance, or the tf_host of a host function */
    tf_enter enter;    /* uniform entry for its type; NULL if only generated code calls it */
} tf_function;

/* A linear memory. `base` never moves. At most 4 GiB, whatever its address type: 8 GiB behind base are reserved, so
 * that a 32-bit address plus a 32-bit offset that isn't the guest's faults. */
typedef struct tf_memory {
    uint8_t *base;
    uint64_t pages;    /* current size in pages */
    uint64_t bytes;    /* current size in bytes */
    uint64_t maximum;  /* in pages: the declared maximum or the limit in force, whichever is less */
    uint64_t reserved; /* bytes of address space behind base, guard included */
    uint32_t page_shift; /* logarithm of the page size: 16, or 0 */
    uint32_t is_shared;
} tf_memory;

/* A table of references. */
typedef struct tf_table {
    void **elements;
    uint64_t size;
    uint64_t mask;     /* one less than the power of two that there is room for; what is behind `size` is null */
    uint64_t maximum;
    uint32_t element_type; /* raw value of the reference type */
    uint32_t reserved;
} tf_table;

/* --- Exceptions and objects --- */

/* What identifies a kind of exception; the address is the identity. */
typedef struct tf_tag {
    uint32_t type;  /* canonical id of its function type */
    uint32_t cells; /* of its parameters */
} tf_tag;

/* Head of every object of the garbage-collected heap. Fields (ObjectLayout.swift) or elements follow at offset 16.
 * The offsets tell null dereferences apart: a fault at address 0 is an indirect call through null, at 12 the length
 * of a null array, from 16 to 65535 a field of a null structure. */
typedef struct tf_object {
    uint32_t type;   /* canonical type id; TF_EXCEPTION_TYPE */
    uint32_t mark;   /* the collector's */
    uint32_t size;   /* the collector's */
    uint32_t length; /* of an array, in elements */
} tf_object;

/* The type of exceptions: no canonical id. */
#define TF_EXCEPTION_TYPE 0xFFFFFFFFu

typedef struct tf_exception {
    tf_object head;
    tf_tag *tag;
    uint64_t payload[]; /* tag->cells of them */
} tf_exception;

/* The references that a C frame holds, except those of the func hierarchy. Linked while the frame is alive;
 * `count` references follow. Objects never move. */
typedef struct tf_roots {
    struct tf_roots *outer;
    uint64_t count;
} tf_roots;

/* A frame that catches exceptions: what `protect` needs to come back to it, and which of its handlers is in force. */
typedef struct tf_handler {
    struct tf_handler *outer;
    tf_roots *roots;       /* set by protect: the innermost then */
    uint64_t registers[8]; /* set by protect */
    uint64_t state;        /* the frame's own */
} tf_handler;

/* What all instances of a store share: it lies right in front of the scratch area. */
typedef struct tf_shared {
    tf_roots *roots;         /* innermost; NULL at the entry of an activation */
    tf_handler *handlers;    /* innermost; NULL at the entry of an activation */
    tf_exception *exception; /* the one caught last; a root */
    void *tail;              /* where tf_api.tail goes */
} tf_shared;

/* Head of every instance; the module's own cells follow (InstanceLayout.swift). 64 bytes. Generated code declares
 * the whole: it begins with members of the same types, named m, x and h. */
#ifndef TF_GENERATED
struct tf_instance {
    uint8_t *memory;         /* base of memory 0, NULL without one; first: libtcc reads offset 0 cheapest */
    uint64_t *scratch;       /* further results and parameters, shared within the store */
    tf_memory *memory_zero;  /* memory 0, NULL without one */
    struct tf_store *store;
    const struct tf_module *module;
    void *host;              /* whatever the embedder's host functions want to find again */
    void *reserved[2];
};
#endif

/* A host function bound to the instance that imports it: the first argument of its native code.
 * `call` reads arguments from `values` and leaves the result in values[0]; it returns TF_OK, a trap, or TF_EXIT.
 * It never jumps: generated code raises what it returns after it has returned. */
struct tf_host {
    tf_trap (*call)(tf_host *host, uint64_t *values);
    uint64_t *scratch;     /* the store's, at the same offset as in tf_instance: a uniform entry reads either */
    tf_instance *instance; /* the importing instance: whose memory pointers refer to */
    void *data;
};

enum { TF_ATOMIC_LOAD, TF_ATOMIC_STORE, TF_ATOMIC_ADD, TF_ATOMIC_SUB, TF_ATOMIC_AND, TF_ATOMIC_OR, TF_ATOMIC_XOR,
       TF_ATOMIC_EXCHANGE, TF_ATOMIC_COMPARE_EXCHANGE, TF_ATOMIC_FENCE };

/* What generated code calls. Copied into the loaded code by tf_attach. */
typedef struct tf_api {
    /* control: `trap` does not return; `host` calls host->call with a stack check and raises what it returns;
     * `check_callee` looks at the callee of an indirect call that is not exactly of the canonical type: it raises
     * what is wrong if f is NULL or of no subtype; `bounds` raises "out of bounds memory access", `array_bounds`
     * the same for arrays: both to be used in expressions */
    void (*trap)(tf_instance *, uint32_t trap) TF_NORETURN;
    void (*host)(tf_host *, uint64_t *values);
    void (*check_callee)(tf_instance *, const tf_function *f, uint32_t type);
    uint64_t (*bounds)(tf_instance *) TF_NORETURN, (*array_bounds)(tf_instance *) TF_NORETURN;
    /* Called as if it were the function at tf_shared.tail, with its arguments, all in registers: leaves the
     * caller's frame and goes there, so that it returns to the caller's caller. The caller has a frame pointer. */
    void (*tail)(void);

    /* exceptions: `protect` returns 0, and 1 every time when something is thrown while the handler is innermost:
     * that is in tf_shared.exception. `throw_new` takes the values from the scratch area. `throw_ref` of NULL traps.
     * Neither returns. Without a handler: TF_TRAP_UNCAUGHT_EXCEPTION. */
    uint32_t (*protect)(tf_handler *);
    void (*throw_new)(tf_instance *, tf_tag *) TF_NORETURN;
    void (*throw_ref)(tf_instance *, void *exception) TF_NORETURN;

    /* objects. All that allocate may collect: what is not in a root then is gone. Types are canonical ids. New ones are
     * zero. Indices and counts in elements; they raise null, bounds, or that there is no room. `target` of a
     * test: a reference type as ValueType.rawValue, a concrete one with its canonical id in bits 9-31. */
    void *(*struct_new)(tf_instance *, uint32_t type);
    void *(*array_new)(tf_instance *, uint32_t type, uint32_t length);
    void *(*array_new_data)(tf_instance *, uint32_t type, uint32_t segment, uint32_t at, uint32_t length);
    void *(*array_new_elem)(tf_instance *, uint32_t type, uint32_t segment, uint32_t at, uint32_t length);
    /* `value`: the element's bits, of a v128 the lower half */
    void (*array_fill)(tf_instance *, void *array, uint32_t at, uint64_t value, uint64_t upper, uint32_t count);
    void (*array_copy)(tf_instance *, void *to, uint32_t at, void *from, uint32_t source, uint32_t count);
    void (*array_init_data)(tf_instance *, void *array, uint32_t segment, uint32_t at, uint32_t source, uint32_t count);
    void (*array_init_elem)(tf_instance *, void *array, uint32_t segment, uint32_t at, uint32_t source, uint32_t count);
    uint32_t (*ref_test)(tf_instance *, const void *reference, uint32_t target);

    /* atomics, sequentially consistent, at an address of the host that may turn out not to be the guest's.
     * operation: TF_ATOMIC_…, width: logarithm of the bytes. Values and results are zero-extended. wait and notify
     * take the address in the memory, and raise what is wrong with it; timeout in nanoseconds, negative: none. */
    uint64_t (*atomic)(tf_instance *, void *at, uint32_t operation, uint32_t width, uint64_t value, uint64_t expected);
    uint32_t (*atomic_wait)(tf_instance *, tf_memory *, uint64_t at, uint64_t expected, int64_t timeout,
                            uint32_t width);
    uint32_t (*atomic_notify)(tf_instance *, tf_memory *, uint64_t at, uint32_t count);

    /* memories */
    uint64_t (*memory_grow)(tf_instance *, tf_memory *, uint64_t delta); /* old size in pages or UINT64_MAX */
    void (*memory_fill)(tf_instance *, tf_memory *, uint64_t at, uint32_t byte, uint64_t count);
    void (*memory_copy)(tf_instance *, tf_memory *to, tf_memory *from, uint64_t at, uint64_t source, uint64_t count);
    void (*memory_init)(tf_instance *, tf_memory *, uint32_t segment, uint64_t at, uint32_t source, uint32_t count);
    void (*data_drop)(tf_instance *, uint32_t segment);

    /* tables */
    void *(*table_get)(tf_instance *, tf_table *, uint64_t at);
    void (*table_set)(tf_instance *, tf_table *, uint64_t at, void *value);
    uint64_t (*table_grow)(tf_instance *, tf_table *, void *value, uint64_t delta); /* old size or UINT64_MAX */
    void (*table_fill)(tf_instance *, tf_table *, uint64_t at, void *value, uint64_t count);
    void (*table_copy)(tf_instance *, tf_table *to, tf_table *from, uint64_t at, uint64_t source, uint64_t count);
    void (*table_init)(tf_instance *, tf_table *, uint32_t segment, uint64_t at, uint32_t source, uint32_t count);
    void (*elem_drop)(tf_instance *, uint32_t segment);

    /* integers */
    uint32_t (*clz4)(uint32_t), (*ctz4)(uint32_t), (*popcnt4)(uint32_t);
    uint64_t (*clz8)(uint64_t), (*ctz8)(uint64_t), (*popcnt8)(uint64_t);
    uint32_t (*rotl4)(uint32_t, uint32_t), (*rotr4)(uint32_t, uint32_t);
    uint64_t (*rotl8)(uint64_t, uint64_t), (*rotr8)(uint64_t, uint64_t);
    uint64_t (*mulhs)(uint64_t, uint64_t), (*mulhu)(uint64_t, uint64_t); /* upper half of the product */
    /* division with its traps; rem_s of the least value by -1 is 0 */
    uint32_t (*divs4)(tf_instance *, uint32_t, uint32_t), (*divu4)(tf_instance *, uint32_t, uint32_t);
    uint32_t (*rems4)(tf_instance *, uint32_t, uint32_t), (*remu4)(tf_instance *, uint32_t, uint32_t);
    uint64_t (*divs8)(tf_instance *, uint64_t, uint64_t), (*divu8)(tf_instance *, uint64_t, uint64_t);
    uint64_t (*rems8)(tf_instance *, uint64_t, uint64_t), (*remu8)(tf_instance *, uint64_t, uint64_t);

    /* floats: results as the specification has them, NaNs quieted */
    float (*minf)(float, float), (*maxf)(float, float);
    double (*mind)(double, double), (*maxd)(double, double);
    float (*ceilf)(float), (*floorf)(float), (*truncf)(float), (*nearestf)(float), (*sqrtf)(float);
    double (*ceild)(double), (*floord)(double), (*truncd)(double), (*nearestd)(double), (*sqrtd)(double);
    float (*copysignf)(float, float);
    double (*copysignd)(double, double);

    /* float to integer: result width in bytes, s or u, source f or d; trapping, then saturating (t) */
    uint32_t (*i4sf)(tf_instance *, float), (*i4uf)(tf_instance *, float);
    uint32_t (*i4sd)(tf_instance *, double), (*i4ud)(tf_instance *, double);
    uint64_t (*i8sf)(tf_instance *, float), (*i8uf)(tf_instance *, float);
    uint64_t (*i8sd)(tf_instance *, double), (*i8ud)(tf_instance *, double);
    uint32_t (*t4sf)(float), (*t4uf)(float), (*t4sd)(double), (*t4ud)(double);
    uint64_t (*t8sf)(float), (*t8uf)(float), (*t8sd)(double), (*t8ud)(double);
    /* 64-bit integers to float, correctly rounded; libtcc would call out for the unsigned ones */
    float (*f8u)(uint64_t), (*f8s)(uint64_t);
    double (*d8u)(uint64_t);

    const struct tf_vector_api *vector; /* tf_vector.h */
} tf_api;

/* What loaded code offers. */
typedef struct tf_code_exports {
    uint32_t abi;             /* TF_ABI_VERSION of the header it was compiled with */
    uint32_t function_count;  /* functions it defines; imported ones not counted */
    uint32_t type_count;
    uint32_t reserved;
    void *const *functions;   /* native code of each defined function, in index order and of ascending address */
    const tf_enter *enters;   /* per type: its uniform entry, or NULL if no referenced function has that type */
    void *const *leaves;      /* per type: native code for a host function of it (first argument tf_host *), or NULL */
} tf_code_exports;

/* The one symbol of a generated shared object. Called once after loading, before anything else: takes copies of
 * the table and of the canonical ids of the module's types (types up to type_count; ids are never 0). */
#define TF_ATTACH_SYMBOL "tf_attach"
typedef const tf_code_exports *(*tf_attach_function)(const tf_api *api, const uint32_t *type_ids);

#endif
