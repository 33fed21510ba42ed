/* wasi_path.c: where the guest's paths lead.
 *
 * The rule: no path is ever given to the kernel by itself. Either it is resolved as a whole by openat2, which refuses
 * to leave the folder it starts from however folders move meanwhile, or it is cut in two: the front is opened by
 * openat2, and the last component, which has no slash in it (a trailing one at most), is used with a call that does not
 * follow symbolic links. A kernel without openat2 gets no files at all, rather than files by a weaker rule.
 */
#include "wasi_internal.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

int tf_wasi_path_errno(int host_errno) {
    switch (host_errno) {
    case EXDEV: return WASI_NOTCAPABLE;  /* leads out of the folder */
    case ENOSYS: return WASI_NOTCAPABLE; /* no openat2 */
    default: return tf_wasi_errno(host_errno);
    }
}

int tf_wasi_read_path(tf_host *host, uint32_t address, uint32_t length, tf_wasi_path *path) {
    const char *bytes = tf_wasi_bytes(host, address, length);
    if (!bytes) return WASI_FAULT;
    if (length >= sizeof path->bytes) return WASI_NAMETOOLONG;
    memcpy(path->bytes, bytes, length);
    path->bytes[length] = 0;
    path->length = length;
    path->owned = false;
    return memchr(path->bytes, 0, length) ? WASI_INVAL : WASI_SUCCESS;
}

int tf_wasi_open_beneath(int folder, const char *path, uint64_t flags, uint64_t mode) {
    struct open_how how = { .flags = flags | O_CLOEXEC, .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    /* EAGAIN: something above was renamed while ".." was resolved. It cannot go on for ever, so neither do we. */
    for (int attempts = 0; attempts < 32; attempts++) {
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno != EAGAIN) return -errno;
    }
    return -EXDEV;
}

/* Cuts at the last component: "a/b//" becomes "a" and "b/". The front of "b" is NULL: the folder itself. */
static const char *cut(tf_wasi_path *path) {
    size_t end = path->length;
    while (end && path->bytes[end - 1] == '/') end--;
    size_t start = end;
    while (start && path->bytes[start - 1] != '/') start--;
    path->slash = end < path->length;
    path->bytes[path->slash ? end + 1 : end] = 0;
    path->last = path->bytes + start;
    size_t count = end - start;
    path->special = count <= 2 && memcmp(path->last, "..", count) == 0;
    if (start == 0) return NULL;
    path->bytes[start - 1] = 0;
    return path->bytes;
}

int tf_wasi_split(const tf_wasi_entry *folder, tf_wasi_path *path) {
    path->folder = folder->host;
    path->owned = false;
    if (path->length == 0) return WASI_NOENT;
    if (path->bytes[0] == '/') return WASI_NOTCAPABLE;
    const char *front = cut(path);
    if (front) {
        int fd = tf_wasi_open_beneath(folder->host, front, O_PATH | O_DIRECTORY, 0);
        if (fd < 0) return tf_wasi_path_errno(-fd);
        path->folder = fd;
        path->owned = true;
    }
    if (!path->special) return WASI_SUCCESS;
    /* ".." of the folder found may be outside of what was granted, so it is looked up from the start. */
    if (front) path->bytes[path->last - path->bytes - 1] = '/';
    int fd = tf_wasi_open_beneath(folder->host, path->bytes, O_PATH | O_DIRECTORY, 0);
    if (fd < 0) {
        tf_wasi_path_done(path);
        return tf_wasi_path_errno(-fd);
    }
    close(fd);
    return WASI_SUCCESS;
}

void tf_wasi_path_done(tf_wasi_path *path) {
    if (path->owned) close(path->folder);
    path->owned = false;
}
