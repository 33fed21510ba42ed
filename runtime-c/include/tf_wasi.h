/* tf_wasi.h: WASI preview 1 (and its predecessor `wasi_unstable`) for guests.
 *
 * A `tf_wasi` is what one guest may see of the world: arguments, environment, three standard streams, granted
 * folders and sockets. It is created per run (a few microseconds, one allocation), used by one thread at a time, and
 * found by the functions below as `host->data`. Nothing is granted by default: no arguments, no folders, an empty
 * standard input, and standard outputs that swallow what is written.
 *
 * Descriptors of the guest are indices of a table of our own; no number of the host's is ever visible. Every path is
 * resolved beneath the folder it starts from, or refused: by the kernel (openat2), or in a folder in memory by us.
 */
#ifndef TF_WASI_H
#define TF_WASI_H

#include "tf_abi.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

typedef struct tf_wasi tf_wasi;

/* A stream the embedder serves. Results are byte counts (0 from `read` is the end) or a negative errno; -EINTR makes
 * the caller look at the deadline and try again. A missing `read` is an empty stream, a missing `write` swallows.
 * Buffers lie in guest memory and are valid during the call only. */
typedef struct tf_stream {
    void *context;
    ptrdiff_t (*read)(void *context, void *buffer, size_t count);
    ptrdiff_t (*write)(void *context, const struct iovec *buffers, int count);
} tf_stream;

/* NULL when out of memory. */
tf_wasi *tf_wasi_create(void);
/* Closes what the guest left open; not what was lent (standard descriptors, preopened descriptors). */
void tf_wasi_destroy(tf_wasi *);

/* Setters return 0 or a negative errno. Bytes are copied. An embedded NUL gives -EINVAL. */
int tf_wasi_add_argument(tf_wasi *, const void *bytes, size_t count);
int tf_wasi_add_environment(tf_wasi *, const void *bytes, size_t count); /* "NAME=value" */

/* Standard descriptor 0, 1 or 2 is this descriptor of the host; lent, so never closed. */
int tf_wasi_set_stdio(tf_wasi *, uint32_t descriptor, int host_descriptor);
/* Standard descriptor 0, 1 or 2 is this stream. */
int tf_wasi_set_stream(tf_wasi *, uint32_t descriptor, tf_stream stream);

/* Grants a folder under the name `guest` (NUL-terminated). Grants get the descriptors 3, 4, … in this order. */
int tf_wasi_preopen_path(tf_wasi *, const char *path, const char *guest, bool read_only);
/* The same for an open folder; lent, so that a server opens it once for all requests. */
int tf_wasi_preopen_descriptor(tf_wasi *, int host_descriptor, const char *guest, bool read_only);

/* Grants an empty folder in memory, which nobody else sees and which ends with the context. What the guest puts into it
 * takes at most so many bytes, names and bookkeeping included; more is ENOSPC. */
int tf_wasi_preopen_memory(tf_wasi *, uint64_t bytes, const char *guest);
/* Whether something was refused for that reason. */
bool tf_wasi_memory_limit_reached(const tf_wasi *);

/* Gives the guest a stream socket: one that listens, whose connections it may accept, or a connection. Granted ones get
 * descriptors in one row with the folders; programs expect sockets first. Owned ones are closed with the guest's. */
int tf_wasi_add_socket(tf_wasi *, int host_descriptor, bool owned);

/* Descriptors the guest may have open at once, standard ones and grants included; 1024 unless set. */
void tf_wasi_set_descriptor_limit(tf_wasi *, uint32_t limit);

/* Whether the guest was refused one for that reason. */
bool tf_wasi_descriptor_limit_reached(const tf_wasi *);

/* Clocks tell multiples of so many nanoseconds, at most a second: exact ones tell what other guests leave in caches. */
void tf_wasi_set_clock_resolution(tf_wasi *, uint32_t nanoseconds);

/* Where random bytes come from; the kernel unless set. `fill` returns 0 or a negative errno. */
void tf_wasi_set_random(tf_wasi *, int (*fill)(void *context, void *buffer, size_t count), void *context);

/* Descriptors open now, and how many of them hold one of the host's that we opened. */
uint32_t tf_wasi_open_count(const tf_wasi *);
uint32_t tf_wasi_owned_count(const tf_wasi *);

/* One function of the interface: its name, its parameters as a string of 'i' (i32) and 'I' (i64), its result ("i" or
 * ""), and what to put into `tf_host.call`, with the context in `tf_host.data`. */
typedef struct tf_wasi_function {
    const char *name;
    const char *parameters;
    const char *result;
    tf_trap (*call)(tf_host *host, uint64_t *values);
} tf_wasi_function;

/* Functions of the module `wasi_snapshot_preview1`, sorted by name. */
const tf_wasi_function *tf_wasi_functions(size_t *count);
/* Functions of the module `wasi_unstable`: the same but for `sock_accept`, which it lacks, and four that lay their
 * structures or enumerations out differently. */
const tf_wasi_function *tf_wasi_unstable_functions(size_t *count);

#endif
