/* wasi_internal.h: what the wasi_*.c files share. Include first: it sets the feature macros.
 *
 * Every function of the interface is written as
 *     static int fd_close(tf_host *host, tf_wasi *wasi, const uint64_t *v)
 * with arguments in v[0…] and a WASI error number as result, or tf_wasi_trap(…) to end the guest;
 * TF_WASI_ENTRY(fd_close) makes the entry of it that the table lists. Guest pointers are turned into host pointers by
 * tf_wasi_bytes each time they are needed, never kept.
 */
#ifndef TF_WASI_INTERNAL_H
#define TF_WASI_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "tf_host.h"
#include "tf_memfs.h"
#include "tf_wasi.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Error numbers of the interface that code names; the rest are in wasi_errno.c. */
enum {
    WASI_SUCCESS = 0, WASI_AGAIN = 6, WASI_BADF = 8, WASI_EXIST = 20, WASI_FAULT = 21, WASI_INVAL = 28, WASI_IO = 29,
    WASI_ISDIR = 31, WASI_MFILE = 33, WASI_NAMETOOLONG = 37, WASI_NOENT = 44, WASI_NOMEM = 48, WASI_NOTDIR = 54,
    WASI_NOTEMPTY = 55, WASI_NOTSOCK = 57, WASI_NOTSUP = 58, WASI_OVERFLOW = 61, WASI_PERM = 63, WASI_SPIPE = 70,
    WASI_XDEV = 75, WASI_NOTCAPABLE = 76,
};

enum {
    WASI_FILETYPE_UNKNOWN, WASI_FILETYPE_BLOCK_DEVICE, WASI_FILETYPE_CHARACTER_DEVICE, WASI_FILETYPE_DIRECTORY,
    WASI_FILETYPE_REGULAR_FILE, WASI_FILETYPE_SOCKET_DGRAM, WASI_FILETYPE_SOCKET_STREAM, WASI_FILETYPE_SYMBOLIC_LINK,
};

enum {
    WASI_FDFLAG_APPEND = 1, WASI_FDFLAG_DSYNC = 2, WASI_FDFLAG_NONBLOCK = 4, WASI_FDFLAG_RSYNC = 8, WASI_FDFLAG_SYNC = 16,
};
enum { WASI_OFLAG_CREAT = 1, WASI_OFLAG_DIRECTORY = 2, WASI_OFLAG_EXCL = 4, WASI_OFLAG_TRUNC = 8 };
enum { WASI_LOOKUP_FOLLOW = 1 };

/* Rights, as bits. */
#define WASI_RIGHT_FD_DATASYNC (1ull << 0)
#define WASI_RIGHT_FD_READ (1ull << 1)
#define WASI_RIGHT_FD_SEEK (1ull << 2)
#define WASI_RIGHT_FD_FDSTAT_SET_FLAGS (1ull << 3)
#define WASI_RIGHT_FD_SYNC (1ull << 4)
#define WASI_RIGHT_FD_TELL (1ull << 5)
#define WASI_RIGHT_FD_WRITE (1ull << 6)
#define WASI_RIGHT_FD_ADVISE (1ull << 7)
#define WASI_RIGHT_FD_ALLOCATE (1ull << 8)
#define WASI_RIGHT_PATH_CREATE_DIRECTORY (1ull << 9)
#define WASI_RIGHT_PATH_CREATE_FILE (1ull << 10)
#define WASI_RIGHT_PATH_LINK_SOURCE (1ull << 11)
#define WASI_RIGHT_PATH_LINK_TARGET (1ull << 12)
#define WASI_RIGHT_PATH_OPEN (1ull << 13)
#define WASI_RIGHT_FD_READDIR (1ull << 14)
#define WASI_RIGHT_PATH_READLINK (1ull << 15)
#define WASI_RIGHT_PATH_RENAME_SOURCE (1ull << 16)
#define WASI_RIGHT_PATH_RENAME_TARGET (1ull << 17)
#define WASI_RIGHT_PATH_FILESTAT_GET (1ull << 18)
#define WASI_RIGHT_PATH_FILESTAT_SET_SIZE (1ull << 19)
#define WASI_RIGHT_PATH_FILESTAT_SET_TIMES (1ull << 20)
#define WASI_RIGHT_FD_FILESTAT_GET (1ull << 21)
#define WASI_RIGHT_FD_FILESTAT_SET_SIZE (1ull << 22)
#define WASI_RIGHT_FD_FILESTAT_SET_TIMES (1ull << 23)
#define WASI_RIGHT_PATH_SYMLINK (1ull << 24)
#define WASI_RIGHT_PATH_REMOVE_DIRECTORY (1ull << 25)
#define WASI_RIGHT_PATH_UNLINK_FILE (1ull << 26)
#define WASI_RIGHT_POLL_FD_READWRITE (1ull << 27)
#define WASI_RIGHT_SOCK_SHUTDOWN (1ull << 28)
#define WASI_RIGHT_SOCK_ACCEPT (1ull << 29)

/* What can be done with an open file at all, and with an open folder. */
#define WASI_RIGHTS_FILE \
    (WASI_RIGHT_FD_DATASYNC | WASI_RIGHT_FD_READ | WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_FDSTAT_SET_FLAGS | \
     WASI_RIGHT_FD_SYNC | WASI_RIGHT_FD_TELL | WASI_RIGHT_FD_WRITE | WASI_RIGHT_FD_ADVISE | WASI_RIGHT_FD_ALLOCATE | \
     WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_FD_FILESTAT_SET_SIZE | WASI_RIGHT_FD_FILESTAT_SET_TIMES | \
     WASI_RIGHT_POLL_FD_READWRITE)
#define WASI_RIGHTS_FOLDER \
    (WASI_RIGHT_PATH_CREATE_DIRECTORY | WASI_RIGHT_PATH_CREATE_FILE | WASI_RIGHT_PATH_LINK_SOURCE | \
     WASI_RIGHT_PATH_LINK_TARGET | WASI_RIGHT_PATH_OPEN | WASI_RIGHT_FD_READDIR | WASI_RIGHT_PATH_READLINK | \
     WASI_RIGHT_PATH_RENAME_SOURCE | WASI_RIGHT_PATH_RENAME_TARGET | WASI_RIGHT_PATH_FILESTAT_GET | \
     WASI_RIGHT_PATH_FILESTAT_SET_SIZE | WASI_RIGHT_PATH_FILESTAT_SET_TIMES | WASI_RIGHT_FD_FILESTAT_GET | \
     WASI_RIGHT_FD_FILESTAT_SET_TIMES | WASI_RIGHT_PATH_SYMLINK | WASI_RIGHT_PATH_REMOVE_DIRECTORY | \
     WASI_RIGHT_PATH_UNLINK_FILE | WASI_RIGHT_FD_SYNC | WASI_RIGHT_FD_DATASYNC | WASI_RIGHT_FD_FDSTAT_SET_FLAGS)
/* With a socket: any, one that listens, one that is connected. */
#define WASI_RIGHTS_SOCKET (WASI_RIGHT_FD_FDSTAT_SET_FLAGS | WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_POLL_FD_READWRITE)
#define WASI_RIGHTS_CONNECTION \
    (WASI_RIGHTS_SOCKET | WASI_RIGHT_FD_READ | WASI_RIGHT_FD_WRITE | WASI_RIGHT_SOCK_SHUTDOWN)
#define WASI_RIGHTS_LISTENER (WASI_RIGHTS_SOCKET | WASI_RIGHT_FD_READ | WASI_RIGHT_SOCK_ACCEPT)

typedef enum tf_wasi_kind {
    TF_WASI_FREE,   /* no such descriptor */
    TF_WASI_FILE,   /* anything bytes are read from or written to through a descriptor of the host */
    TF_WASI_FOLDER,
    TF_WASI_STREAM, /* served by callbacks */
} tf_wasi_kind;

struct tf_wasi_listing; /* wasi_readdir.c */

/* One descriptor of the guest. */
typedef struct tf_wasi_entry {
    uint8_t kind;        /* tf_wasi_kind */
    uint8_t filetype;    /* WASI_FILETYPE_… */
    bool read_only;      /* beneath a read-only grant */
    bool owned;          /* `host` is ours to close */
    uint16_t flags;      /* WASI_FDFLAG_… */
    int host;            /* the host's descriptor, or -1 */
    tf_memfs_node *node; /* what it is in memory, held; else NULL */
    uint64_t position;   /* in that */
    uint64_t rights;     /* what it may be used for; only ever shrinks */
    uint64_t inheriting; /* what descriptors opened through it may be used for */
    char *name;          /* of a grant: the guest's name for it, owned; else NULL */
    struct tf_wasi_listing *listing; /* while a folder is being read */
    tf_stream stream;
} tf_wasi_entry;

/* NUL-terminated strings one after the other, as args_get and environ_get hand them out. */
typedef struct tf_wasi_strings {
    char *bytes;
    size_t length, capacity;
    uint32_t count;
} tf_wasi_strings;

#define TF_WASI_FIRST_ENTRIES 8
#define TF_WASI_RANDOM_BYTES 256

struct tf_wasi {
    tf_wasi_entry *entries; /* `first` until more are needed */
    uint32_t capacity, limit;
    bool is_limit_reached;
    uint32_t clock_resolution; /* nanoseconds; 0: as it is */
    struct tf_wasi_tree *trees; /* folders that live in memory (wasi_memory.c) */
    tf_wasi_strings arguments, environment;
    int (*fill)(void *context, void *buffer, size_t count);
    void *fill_context;
    uint32_t random_left; /* unused bytes at the end of `random`; used ones are zeroed */
    uint8_t random[TF_WASI_RANDOM_BYTES];
    tf_wasi_entry first[TF_WASI_FIRST_ENTRIES];
};

/* --- results --- */

/* As the result of a function: end the guest with this. */
static inline int tf_wasi_trap(tf_trap trap) { return -(int)trap; }

static inline tf_trap tf_wasi_return(uint64_t *values, int result) {
    if (result < 0) return (tf_trap)-result;
    values[0] = (uint32_t)result;
    return TF_OK;
}

#define TF_WASI_ENTRY(name) \
    tf_trap tf_wasi_##name(tf_host *host, uint64_t *values) { \
        return tf_wasi_return(values, name(host, host->data, values)); \
    }

/* The interface's number for an errno of the host. */
int tf_wasi_errno(int host_errno);

/* After a call of the host failed with EINTR: the trap to return if the guest is to end, else WASI_SUCCESS (again!). */
int tf_wasi_interrupted(tf_host *host);

/* --- guest memory --- */

/* `length` bytes of the guest's at `address`, NULL if they are not all its own. No bytes are fine anywhere: languages
 * give empty slices addresses of their own making. */
static inline void *tf_wasi_bytes(const tf_host *host, uint64_t address, uint64_t length) {
    static uint8_t nothing;
    return length ? tf_guest_bytes(host, address, length) : &nothing;
}

static inline void *tf_wasi_array(const tf_host *host, uint64_t address, uint64_t count, uint64_t size) {
    uint64_t length;
    return __builtin_mul_overflow(count, size, &length) ? NULL : tf_wasi_bytes(host, address, length);
}

/* Fields of structures already checked as a whole. */

static inline void tf_wasi_put32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }
static inline void tf_wasi_put64(uint8_t *at, uint64_t value) { memcpy(at, &value, sizeof value); }

static inline uint32_t tf_wasi_load32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t tf_wasi_load64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* --- descriptors (wasi_table.c) --- */

/* The open descriptor, or NULL. Valid until the table changes. */
tf_wasi_entry *tf_wasi_entry_at(tf_wasi *, uint32_t descriptor);
/* The descriptor as one for bytes with all of `rights`, else an error number. */
int tf_wasi_file(tf_wasi *, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry);
/* The descriptor as a folder with all of `rights`, else an error number. */
int tf_wasi_folder(tf_wasi *, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry);
/* Either, with all of `rights`. */
int tf_wasi_any(tf_wasi *, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry);
/* Whether one more descriptor may be open. */
bool tf_wasi_has_room(tf_wasi *wasi);
/* Puts an entry at the least free index. On failure the caller keeps what the entry owns. */
int tf_wasi_insert(tf_wasi *, const tf_wasi_entry *entry, uint32_t *descriptor);
/* Frees what the entry owns and the entry. Returns an errno of the host, or 0. */
int tf_wasi_release(tf_wasi_entry *);
/* Grants the folder of an entry; the rest of the entry is filled in. 0 or a negative errno, and then the caller keeps
 * what the entry owns. */
int tf_wasi_preopen(tf_wasi *, tf_wasi_entry entry, const char *guest);
/* The entry for an open descriptor of the host whose state is known. */
tf_wasi_entry tf_wasi_file_entry(int host, uint8_t filetype, bool readable, bool writable);

void tf_wasi_listing_destroy(struct tf_wasi_listing *);

/* --- folders in memory (wasi_memory.c) --- */

/* The number for a result of tf_memfs.h. */
int tf_wasi_memory_result(int64_t result);
void tf_wasi_trees_destroy(struct tf_wasi_tree *);

/* --- buffers (wasi_io.c) --- */

/* Whether an open file is ready for `events` of poll; if it `waits`, when it is, or when the guest has no more time. */
int tf_wasi_await(tf_host *host, const tf_wasi_entry *entry, short events, bool waits);


#define TF_WASI_MOST_BUFFERS IOV_MAX
/* Fills `buffers`, of TF_WASI_MOST_BUFFERS, from the guest's array; empty buffers are left out. */
int tf_wasi_take_buffers(tf_host *host, uint32_t address, uint32_t count, struct iovec *buffers, int *taken);

/* --- paths (wasi_path.c) --- */

/* A path of the guest, split into where its last component lives and that component. */
typedef struct tf_wasi_path {
    char bytes[PATH_MAX]; /* NUL-terminated copy; cut in two by tf_wasi_split */
    size_t length;
    const char *last;     /* the last component, with one slash if it was followed by any */
    bool slash;           /* it was followed by slashes */
    bool special;         /* it is "." or ".." */
    int folder;           /* descriptor of the folder it lives in */
    bool owned;           /* `folder` is to be closed */
} tf_wasi_path;

/* Copies a path from the guest and refuses what no path can be. */
int tf_wasi_read_path(tf_host *host, uint32_t address, uint32_t length, tf_wasi_path *path);
/* Opens `path` beneath `folder`; a descriptor of the host, or a negative errno of the host. */
int tf_wasi_open_beneath(int folder, const char *path, uint64_t flags, uint64_t mode);
/* Finds the folder of the last component and fills in the rest of `path`. Pair with tf_wasi_path_done. */
int tf_wasi_split(const tf_wasi_entry *folder, tf_wasi_path *path);
void tf_wasi_path_done(tf_wasi_path *path);
/* The error number for an errno of the host from resolving a path. */
int tf_wasi_path_errno(int host_errno);

/* --- metadata (wasi_metadata.c) --- */

struct stat;
struct timespec;
uint8_t tf_wasi_filetype(uint32_t mode);
/* Writes a `filestat`; `unstable` selects the layout of wasi_unstable. */
int tf_wasi_store_filestat(tf_host *host, uint32_t address, const struct stat *status, uint8_t filetype, bool unstable);
/* Times to set from the arguments of the *_set_times functions. */
int tf_wasi_times(uint64_t accessed, uint64_t modified, uint32_t flags, struct timespec times[2]);

#endif
