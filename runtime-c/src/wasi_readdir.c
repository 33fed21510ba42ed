/* wasi_readdir.c: reading folders.
 *
 * A cookie is the host's own position in the folder (d_off), which stays valid while entries come and go and costs no
 * memory per entry. One buffer of the kernel's records is kept per folder being read; a cookie within it goes on
 * there, any other seeks. Cookie 0 starts anew and sees the folder as it is now.
 */
#include "wasi_internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { RECORDS = 32 * 1024, HEADER = 24 };

typedef struct tf_wasi_listing {
    int fd;          /* positioned behind `records` */
    bool owned;      /* `fd` is not the descriptor's own */
    uint64_t folder; /* the folder's file number, told for ".." too: what is above was not granted */
    uint64_t start;  /* cookie of the first record */
    uint64_t cookie; /* cookie of the record at `at` */
    size_t used, at; /* bytes of records, and of those passed */
    _Alignas(struct dirent64) uint8_t records[RECORDS];
} listing;

void tf_wasi_listing_destroy(struct tf_wasi_listing *listing) {
    if (listing->owned) close(listing->fd);
    free(listing);
}

/* A lent folder is read through a descriptor of its own: the position of a descriptor is shared by all its users. */
static int begin(tf_wasi_entry *entry) {
    struct stat status;
    int fd = entry->owned && !entry->name ? entry->host : openat(entry->host, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int error = errno;
        if (fd >= 0 && fd != entry->host) close(fd);
        return tf_wasi_errno(error);
    }
    listing *new = malloc(sizeof *new);
    if (!new) {
        if (fd != entry->host) close(fd);
        return WASI_NOMEM;
    }
    new->fd = fd;
    new->owned = fd != entry->host;
    new->folder = status.st_ino;
    new->start = new->cookie = 0;
    new->used = new->at = 0;
    entry->listing = new;
    return WASI_SUCCESS;
}

static const struct dirent64 *record(const listing *from, size_t at) { return (const void *)(from->records + at); }

/* Makes `at` the record behind `cookie`. */
static int position(listing *from, uint64_t cookie) {
    if (cookie != 0) {
        if (cookie == from->cookie) return WASI_SUCCESS;
        size_t at = 0;
        uint64_t here = from->start;
        while (here != cookie && at < from->used) {
            here = (uint64_t)record(from, at)->d_off;
            at += record(from, at)->d_reclen;
        }
        if (here == cookie) {
            from->at = at;
            from->cookie = cookie;
            return WASI_SUCCESS;
        }
    }
    if (lseek(from->fd, (off_t)cookie, SEEK_SET) < 0) return tf_wasi_errno(errno);
    from->used = from->at = 0;
    from->start = from->cookie = cookie;
    return WASI_SUCCESS;
}

/* The record at `at`, reading on if needed; NULL at the end. */
static int next(tf_host *host, listing *from, const struct dirent64 **found) {
    *found = NULL;
    if (from->at == from->used) {
        int interrupted = tf_wasi_interrupted(host);
        if (interrupted) return interrupted;
        long count = syscall(SYS_getdents64, from->fd, from->records, sizeof from->records);
        if (count < 0 && errno == ENOENT) count = 0; /* the folder was removed: so says the kernel that it is empty */
        if (count < 0) return tf_wasi_errno(errno);
        from->start = from->cookie;
        from->used = (size_t)count;
        from->at = 0;
        if (count == 0) return WASI_SUCCESS;
    }
    *found = record(from, from->at);
    return WASI_SUCCESS;
}

static uint8_t filetype(const listing *from, const struct dirent64 *found) {
    struct stat status;
    if (found->d_type != DT_UNKNOWN) return tf_wasi_filetype(DTTOIF(found->d_type));
    if (fstatat(from->fd, found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return WASI_FILETYPE_UNKNOWN;
    return tf_wasi_filetype(status.st_mode);
}

/* Writes as much of an entry as fits, and returns how much that is. */
static size_t put(const char *name, uint64_t cookie, uint64_t number, uint8_t type, uint8_t *out, size_t room) {
    uint8_t header[HEADER] = { 0 };
    size_t length = strlen(name);
    tf_wasi_put64(header, cookie);
    tf_wasi_put64(header + 8, number);
    tf_wasi_put32(header + 16, (uint32_t)length);
    header[20] = type;
    size_t part = room < HEADER ? room : HEADER;
    memcpy(out, header, part);
    size_t rest = room - part < length ? room - part : length;
    memcpy(out + part, name, rest);
    return part + rest;
}

/* Fills `out` with entries of the host's, and says how many bytes that are. */
static int list_on_host(tf_host *host, tf_wasi_entry *entry, uint64_t cookie, uint8_t *out, size_t room, size_t *used) {
    int result = entry->listing ? WASI_SUCCESS : begin(entry);
    if (result != WASI_SUCCESS) return result;
    listing *from = entry->listing;
    result = position(from, cookie);
    while (result == WASI_SUCCESS && *used < room) {
        const struct dirent64 *found;
        result = next(host, from, &found);
        if (result != WASI_SUCCESS || !found) break;
        uint64_t number = strcmp(found->d_name, "..") == 0 ? from->folder : found->d_ino;
        size_t count = put(found->d_name, (uint64_t)found->d_off, number, filetype(from, found), out + *used, room - *used);
        *used += count;
        if (count < HEADER + strlen(found->d_name)) break; /* cut: told again from its cookie */
        from->cookie = (uint64_t)found->d_off;
        from->at += found->d_reclen;
    }
    return result;
}

static size_t list_in_memory(const tf_memfs_node *folder, uint64_t cookie, uint8_t *out, size_t room) {
    size_t used = 0;
    tf_memfs_entry found;
    while (used < room && tf_memfs_next(folder, cookie, &found)) {
        struct stat status;
        tf_memfs_status(found.node, &status);
        cookie = found.cookie;
        used += put(found.name, cookie, status.st_ino, tf_wasi_filetype(status.st_mode), out + used, room - used);
    }
    return used;
}

static int fd_readdir(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    uint32_t room = (uint32_t)v[2], size_at = (uint32_t)v[4];
    int result = tf_wasi_folder(wasi, (uint32_t)v[0], WASI_RIGHT_FD_READDIR, &entry);
    if (result != WASI_SUCCESS) return result;
    uint8_t *out = tf_wasi_bytes(host, (uint32_t)v[1], room);
    if (!out || !tf_wasi_bytes(host, size_at, 4)) return WASI_FAULT;
    size_t used = 0;
    if (entry->node) used = list_in_memory(entry->node, v[3], out, room);
    else result = list_on_host(host, entry, v[3], out, room, &used);
    if (result != WASI_SUCCESS) return result;
    return tf_guest_store_u32(host, size_at, (uint32_t)used) ? WASI_SUCCESS : WASI_FAULT;
}
TF_WASI_ENTRY(fd_readdir)
