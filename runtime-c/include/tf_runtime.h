/* tf_runtime.h: load code, describe modules, instantiate and call: the embedder's side of the runtime.
 *
 * Order of use: tf_runtime_api + tf_type_intern + tf_code_register when code is loaded; one immutable tf_module per
 * loaded module; per use of it a store, instances in it, calls. A store and everything in it belong to one thread at
 * a time; modules and code may be shared between threads and must outlive the stores that use them.
 */
#ifndef TF_RUNTIME_H
#define TF_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tf_abi.h"
#include "tf_host.h"

/* --- Code --- */

/* What every loaded module gets through tf_attach. */
const tf_api *tf_runtime_api(void);

/* Declares [start, end) to be generated code: faults there are the guest's. False: no memory. Not from a signal
 * handler. */
bool tf_code_register(uintptr_t start, uintptr_t end);

/* Takes back what tf_code_register declared, before the code is unmapped. */
void tf_code_unregister(uintptr_t start, uintptr_t end);

/* A field or element: storage type as ValueType.rawValue. */
typedef struct tf_field {
    uint32_t type;
    uint32_t is_mutable;
} tf_field;

typedef enum tf_type_kind { TF_TYPE_FUNCTION, TF_TYPE_STRUCTURE, TF_TYPE_ARRAY } tf_type_kind;

/* A type of a recursive group. In value types, bits 9-31 of a concrete reference hold the canonical id of a type of
 * an earlier group, or TF_TYPE_RELATIVE + the position in its own group; so does `supertype` (0: none). */
#define TF_TYPE_RELATIVE 0x400000u
typedef struct tf_type_definition {
    uint32_t kind; /* tf_type_kind */
    uint32_t is_final;
    uint32_t supertype;
    uint32_t parameter_count;
    uint32_t result_count;
    uint32_t field_count; /* of an array: 1 */
    const uint32_t *parameters;
    const uint32_t *results;
    const tf_field *fields;
} tf_type_definition;

/* The canonical ids of a valid recursive group's types: equal groups have equal ids, in the whole process, for ever.
 * Ids are neither 0 nor above 0x3FFFFF. False: no memory, or too many types in this process. */
bool tf_type_intern_group(const tf_type_definition *definitions, uint32_t count, uint32_t *ids);

/* The same for a single final function type: for host functions. 0: no memory. */
uint32_t tf_type_intern(const uint32_t *parameters, uint32_t parameter_count, const uint32_t *results,
                        uint32_t result_count);

/* Whether values of one type are values of the other: both canonical ids. */
bool tf_type_is_subtype(uint32_t id, uint32_t of);

/* The same for value types, concrete ones with canonical ids in bits 9-31. */
bool tf_value_type_matches(uint32_t type, uint32_t wanted);

/* What a reference that is not of the func hierarchy is: the code of its abstract heap type (0x6C i31, 0x6B struct,
 * 0x6A array, 0x69 exn, 0x6F: an external number, 0x71: null). */
uint32_t tf_reference_kind(const void *reference);

typedef struct tf_signature {
    const uint32_t *parameters;
    const uint32_t *results;
    uint32_t parameter_count;
    uint32_t result_count;
} tf_signature;

/* The function type behind an id; all zero if it is none. What it points to stays for ever. */
tf_signature tf_type_signature(uint32_t id);

/* --- Modules --- */

/* ValueType.rawValue of v128, the one value type whose size matters here. */
#define TF_V128 0x7B

/* One step of a constant expression, on a stack of 8-byte cells. A v128 is two cells, pushed by two steps. Objects:
 * `index` is the canonical type id, operands are taken from the stack, in order. */
typedef enum tf_constant_kind {
    TF_CONSTANT_BITS,      /* push `bits`; a null reference is 0 */
    TF_CONSTANT_GLOBAL,    /* push the global `index`; of a v128 the lower half */
    TF_CONSTANT_GLOBAL_UPPER, /* push the upper half of the v128 global `index` */
    TF_CONSTANT_REFERENCE, /* push the address of the tf_function at `index` bytes into the instance */
    TF_CONSTANT_ADD4,
    TF_CONSTANT_SUB4,
    TF_CONSTANT_MUL4,
    TF_CONSTANT_ADD8,
    TF_CONSTANT_SUB8,
    TF_CONSTANT_MUL8,
    TF_CONSTANT_I31,            /* the i31 of the i32 on top */
    TF_CONSTANT_STRUCT,         /* of its fields */
    TF_CONSTANT_STRUCT_DEFAULT,
    TF_CONSTANT_ARRAY,          /* of an initial value and a length */
    TF_CONSTANT_ARRAY_DEFAULT,  /* of a length */
    TF_CONSTANT_ARRAY_FIXED,    /* of `bits` elements */
} tf_constant_kind;

typedef struct tf_constant {
    uint32_t kind; /* tf_constant_kind */
    uint32_t index;
    uint64_t bits;
} tf_constant;

typedef struct tf_expression {
    const tf_constant *steps;
    uint32_t count;
    uint32_t depth; /* cells its stack needs */
} tf_expression;

typedef struct tf_limits {
    uint64_t minimum;
    uint64_t maximum; /* UINT64_MAX: none */
} tf_limits;

typedef enum tf_extern_kind {
    TF_EXTERN_FUNCTION,
    TF_EXTERN_TABLE,
    TF_EXTERN_MEMORY,
    TF_EXTERN_GLOBAL,
    TF_EXTERN_TAG,
} tf_extern_kind;

typedef struct tf_memory_type {
    tf_limits limits; /* in pages */
    uint32_t is_64;
    uint32_t is_shared;
    uint32_t page_shift;
    uint32_t reserved;
} tf_memory_type;

/* All value types from here on have canonical ids in bits 9-31. */
typedef struct tf_import {
    uint32_t kind;       /* tf_extern_kind */
    uint32_t type;       /* function, tag: index into type_ids; table: element type; global: value type */
    uint32_t is_mutable; /* global */
    uint32_t is_64;      /* table */
    tf_limits limits;    /* table */
    tf_memory_type memory;
} tf_import;

typedef struct tf_global {
    uint32_t offset;     /* of its cell in the instance */
    uint32_t type;       /* value type */
    uint32_t is_mutable;
    uint32_t is_imported; /* the cell holds a pointer to the value; otherwise the value */
    tf_expression initial;
} tf_global;

typedef struct tf_table_type {
    uint32_t element_type;
    uint32_t is_64;
    tf_limits limits;
    tf_expression initial; /* count 0: null */
} tf_table_type;

typedef enum tf_segment_mode { TF_SEGMENT_PASSIVE, TF_SEGMENT_ACTIVE, TF_SEGMENT_DECLARATIVE } tf_segment_mode;

typedef struct tf_elements {
    uint32_t mode; /* tf_segment_mode */
    uint32_t table;
    tf_expression offset;
    uint32_t count;
    uint32_t type;                    /* of its references */
    const uint32_t *references;       /* offsets of tf_functions in the instance, 0 for null; or NULL: */
    const tf_expression *expressions;
} tf_elements;

typedef struct tf_data {
    uint32_t mode; /* tf_segment_mode */
    uint32_t memory;
    tf_expression offset;
    const uint8_t *bytes;
    uint64_t count;
    bool is_in_image; /* nothing to copy */
} tf_data;

/* Of images up to this size there is a copy in every memory; larger ones are mapped copy-on-write. */
#define TF_COPIED_IMAGE_BYTES 65536

/* A run of a memory's initial contents. All three multiples of 4096. */
typedef struct tf_extent {
    uint32_t memory;
    uint32_t reserved;
    uint64_t at;     /* in the memory */
    uint64_t source; /* in the image file */
    uint64_t length;
} tf_extent;

/* A module ready to be instantiated. Built once, never changed, shared by threads. In every index space imports
 * come first; `globals` has all of them, `tables`, `memories` and `tags` only those the module defines. */
typedef struct tf_module {
    uint32_t instance_size;
    uint32_t imported_functions; /* offset of the first {code, first argument} pair */
    uint32_t memories_offset;    /* of the first tf_memory * */
    uint32_t tables_offset;      /* of the first tf_table * */
    uint32_t tags_offset;        /* of the first tf_tag * */
    uint32_t references_offset;  /* of the first tf_function */

    uint32_t import_count;
    uint32_t imported_function_count;
    uint32_t imported_table_count;
    uint32_t imported_memory_count;
    uint32_t imported_global_count;
    uint32_t imported_tag_count;

    uint32_t reference_count;
    uint32_t global_count;
    uint32_t table_count;
    uint32_t memory_count;
    uint32_t tag_count;
    uint32_t element_count;
    uint32_t data_count;
    uint32_t extent_count;
    int image;                  /* file descriptor, -1 if no memory has more than TF_COPIED_IMAGE_BYTES of it */
    uint64_t image_id;          /* tf_image_new */
    const uint8_t *image_bytes; /* the file, mapped read-only */

    const uint32_t *type_ids;            /* canonical, per type of the module */
    const tf_code_exports *code;
    const tf_import *imports;
    const tf_function *references;       /* as they are in an instance; `instance` unset */
    const uint32_t *reference_functions; /* function index of each reference, ascending */
    const tf_global *globals;
    const tf_table_type *tables;
    const tf_memory_type *memories;
    const uint32_t *tags;                /* canonical function type of each tag the module defines */
    const tf_elements *elements;
    const tf_data *data;
    const tf_extent *extents;            /* ascending by memory and place, none over another */
    uint32_t start; /* offset of the start function's reference in the instance, 0 without one */
} tf_module;

/* --- The pool --- */

/* Threads keep the address space of their guests' memories, with everything in place for the next guest of the same
 * module. So many slots per thread at most; 0: none, every memory is a fresh mapping. */
#define TF_DEFAULT_SLOTS 16
#define TF_MOST_SLOTS 64
void tf_pool_set_slots(uint32_t count);

/* Unmaps the slots that have not been used for so long, of all threads. Returns how many. */
size_t tf_pool_trim(int64_t idle_ns);

/* How many slots all threads keep. */
size_t tf_pool_idle(void);

/* A number for an image that no other had or will have. */
uint64_t tf_image_new(void);

/* Unmaps the slots that hold an image that nobody will use any more. */
void tf_pool_forget(uint64_t image);

/* --- Stores --- */

typedef struct tf_store_limits {
    uint64_t memory_bytes;   /* of all memories and the garbage-collected heap together */
    uint64_t table_elements; /* of all tables together */
    uint64_t stack_bytes;    /* for guest frames */
} tf_store_limits;

/* NULL: no memory. */
tf_store *tf_store_create(const tf_store_limits *limits);

/* Ends all instances, and gives back memories and tables. Not while a call runs. */
void tf_store_destroy(tf_store *store);

/* What tf_host_context returns in instances made from now on. */
void tf_store_set_host(tf_store *store, void *host);

/* The tf_host.data of host functions that are imported from now on and bring none of their own. */
void tf_store_set_data(tf_store *store, void *data);

/* Guests run for at most `nanoseconds` from now, in all calls together; a negative number takes the limit away. */
void tf_store_set_timeout(tf_store *store, int64_t nanoseconds);

/* Guests use at most so many nanoseconds of a processor from now on, in all calls together; a negative number takes
 * the limit away. A call that ends within a few milliseconds may not be counted. */
void tf_store_set_cpu_limit(tf_store *store, int64_t nanoseconds);

/* Limits that something in the store ran into, or was refused for, as bits; a guest may have gone on regardless. */
enum { TF_LIMIT_MEMORY = 1, TF_LIMIT_TABLES = 2, TF_LIMIT_STACK = 4, TF_LIMIT_DEADLINE = 8, TF_LIMIT_CPU_TIME = 16 };
uint32_t tf_store_limits_reached(const tf_store *store);

/* The garbage-collected heap. A reference that the host got from a guest is good until the next call or
 * instantiation in the store, unless a table or an imported global holds it. */
uint64_t tf_store_heap_bytes(const tf_store *store); /* of the host's memory, garbage included */
void tf_store_collect(tf_store *store);              /* frees what nothing leads to */

/* What the last trap left: a message of the host ("" without one), an exit code, and the program counters of the
 * innermost TF_BACKTRACE_LENGTH frames, innermost first (not only of guests: look each up; `counters` may be NULL). */
#define TF_BACKTRACE_LENGTH 64
const char *tf_store_message(const tf_store *store);
uint32_t tf_store_exit_code(const tf_store *store);
size_t tf_store_backtrace(const tf_store *store, const uintptr_t **counters);

/* --- Linking --- */

/* Something to import: what another instance exports, or a host function. */
typedef struct tf_extern {
    uint32_t kind; /* tf_extern_kind */
    uint32_t type; /* host function: canonical type id; global: value type */
    bool is_mutable;                   /* global */
    const tf_function *function;       /* function of a guest; NULL: a host function */
    tf_trap (*call)(tf_host *, uint64_t *); /* host function */
    void *data;                        /* host function: tf_host.data, NULL: the store's; global: its value */
    tf_table *table;
    tf_memory *memory;
    tf_tag *tag;
} tf_extern;

/* Whether `imports`, one per import of the module, fit: index of the first that doesn't, or -1. */
int64_t tf_module_mismatch(const tf_module *module, const tf_extern *imports);

/* Makes an instance and runs its start function. The imports must fit (tf_module_mismatch) and be of this store.
 * *instance is set as soon as there is one, even if its segments or its start function then trap: what it wrote into
 * imported memories and tables stays, and so does the instance, as long as the store. */
tf_trap tf_instantiate(tf_store *store, const tf_module *module, const tf_extern *imports, tf_instance **instance);

/* What an instance offers, by index; the indices are the module's and must be in range, a function's be that of a
 * reference. */
tf_extern tf_instance_function(tf_instance *instance, uint32_t index);
tf_extern tf_instance_table(tf_instance *instance, uint32_t index);
tf_extern tf_instance_memory(tf_instance *instance, uint32_t index);
tf_extern tf_instance_global(tf_instance *instance, uint32_t index);
tf_extern tf_instance_tag(tf_instance *instance, uint32_t index);

/* Things to import that no instance made: tables and memories that count towards the store's limits (NULL: beyond
 * them, or no memory), and 16 zero bytes for a global's value. They live as long as the store. */
tf_table *tf_store_new_table(tf_store *store, uint32_t element_type, bool is_64, tf_limits limits);
tf_memory *tf_store_new_memory(tf_store *store, const tf_memory_type *type);
void *tf_store_new_cell(tf_store *store);

/* --- Calls --- */

/* Calls a guest's function on the thread's guest stack (or, from within a host function, further down on the same):
 * arguments in `values`, one cell each (a v128: two), results there afterwards; room for the larger number
 * of them. */
tf_trap tf_call(tf_store *store, const tf_function *function, uint64_t *values);

/* --- Imports that nobody provides --- */

/* A host function that ends the guest with TF_TRAP_UNKNOWN_IMPORT; `data`: a C string, the message. */
tf_trap tf_unknown_import(tf_host *host, uint64_t *values);

/* A host function that does nothing; `data`: (void *) the number of cells of its results, all zero. */
tf_trap tf_zero_import(tf_host *host, uint64_t *values);

#endif
