/* tf_embed.h: modules in a program of yours: what `tfc compile --emit c -o FOLDER/` wrote, made ready and called.
 *
 * Order of use: tf_embed_load once per module, tf_embed_create, grants by tf_embed_wasi, tf_embed_start, then
 * tf_embed_find and tf_call as often as you like, tf_embed_destroy. A guest belongs to one thread at a time; a
 * loaded module may be shared between threads, and stays for ever.
 *
 * Values are cells of 8 bytes: i32 and f32 in the lower half, i64 and f64 in all of it. Types are strings of letters:
 * 'i' (i32), 'I' (i64), 'f' (f32), 'd' (f64).
 *
 * The runtime handles SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGURG, and passes on those that are no guest's.
 */
#ifndef TF_EMBED_H
#define TF_EMBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tf_abi.h"
#include "tf_host.h"
#include "tf_runtime.h"
#include "tf_wasi.h"

/* What the generated module_table.c defines, for tf_embed_load to read. */
typedef struct tf_embedded {
    uint32_t version; /* TF_EMBED_VERSION */
    uint32_t abi;     /* TF_ABI_VERSION */
    const uint8_t *table;
    size_t table_bytes;
    const uint8_t *image;
    size_t image_bytes;
    tf_attach_function attach;
    const char *const *text; /* where the code begins and ends */
} tf_embedded;

/* Raised when the order of the table changes: module_table.c and the sources must be of one version. */
#define TF_EMBED_VERSION 1

/* A function of yours that guests may import: what it is called, its types, and itself (tf_host.h says what it may
 * do). Arguments are in `values`, results go there; it returns TF_OK, or what ends the guest. */
typedef struct tf_embed_function {
    const char *module, *name;
    const char *parameters, *results;
    tf_trap (*call)(tf_host *host, uint64_t *values);
} tf_embed_function;

typedef struct tf_loaded_module tf_loaded_module;
typedef struct tf_guest tf_guest;

/* Makes a module ready. It may import WASI, and the functions given; of those with the names of WASI's, yours count.
 * Called once per module: what is read stays. NULL: `problem` says why, in printable ASCII. */
#define TF_EMBED_PROBLEM 256
tf_loaded_module *tf_embed_load(const tf_embedded *module, const tf_embed_function *functions, size_t count,
                                char problem[TF_EMBED_PROBLEM]);

/* A guest that has not started. `limits` NULL: 4 GiB of memory, 10,000,000 table elements, 1 MiB of stack. `context`
 * is what tf_host_context tells your functions. NULL: no memory. */
tf_guest *tf_embed_create(const tf_loaded_module *module, const tf_store_limits *limits, void *context);

/* Ends it. NULL is nothing to do. Not from one of its own calls. */
void tf_embed_destroy(tf_guest *guest);

/* What it may see of the world: nothing until you grant something, before tf_embed_start. */
tf_wasi *tf_embed_wasi(tf_guest *guest);

/* For deadlines (tf_store_set_timeout), calls (tf_call), exit codes (tf_store_exit_code). */
tf_store *tf_embed_store(tf_guest *guest);

/* Makes the instance and runs its start function; once. Programs (_start) and libraries (_initialize) are called
 * afterwards, by tf_embed_find. */
tf_trap tf_embed_start(tf_guest *guest);

/* An exported function of exactly these types, for tf_call; NULL if there is none, or the guest has not started. */
const tf_function *tf_embed_find(const tf_guest *guest, const char *name, const char *parameters,
                                 const char *results);

/* Whatever is exported under a name; false if there is none of that kind, or the guest has not started. */
bool tf_embed_export(const tf_guest *guest, const char *name, tf_extern_kind kind, tf_extern *found);

/* `length` bytes of memory 0 at an address; NULL if any of them is outside. They may change whenever the guest runs. */
void *tf_embed_bytes(const tf_guest *guest, uint64_t address, uint64_t length);

/* Why the guest ended, in words: what a function of yours left (tf_store_set_message), or the specification's. */
const char *tf_embed_message(const tf_guest *guest, tf_trap trap);

#endif
