/* wasi_metadata.c: what descriptors are: state, rights, sizes, times. */
#include "wasi_internal.h"
#include <fcntl.h>
#include <sys/stat.h>

/* --- fdstat --- */

static int fd_fdstat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    const tf_wasi_entry *entry = tf_wasi_entry_at(wasi, (uint32_t)v[0]);
    if (!entry) return WASI_BADF;
    uint8_t *out = tf_wasi_bytes(host, (uint32_t)v[1], 24);
    if (!out) return WASI_FAULT;
    memset(out, 0, 8);
    out[0] = entry->filetype;
    memcpy(out + 2, &entry->flags, 2);
    tf_wasi_put64(out + 8, entry->rights);
    tf_wasi_put64(out + 16, entry->inheriting);
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_fdstat_get)

/* What was lent is shared with others (a terminal with the shell): its flags are not the guest's to change. That it
 * does not wait is seen to by wasi_io.c; that it appends is what cannot be done for it. */
static int set_host_flags(const tf_wasi_entry *entry, uint32_t flags) {
    if (entry->kind == TF_WASI_FILE && entry->owned) {
        int host_flags = fcntl(entry->host, F_GETFL);
        if (host_flags < 0) return tf_wasi_errno(errno);
        host_flags &= ~(O_APPEND | O_NONBLOCK);
        if (flags & WASI_FDFLAG_APPEND) host_flags |= O_APPEND;
        if (flags & WASI_FDFLAG_NONBLOCK) host_flags |= O_NONBLOCK;
        return fcntl(entry->host, F_SETFL, host_flags) == 0 ? WASI_SUCCESS : tf_wasi_errno(errno);
    }
    bool becomes_appending = (flags & ~entry->flags) & WASI_FDFLAG_APPEND;
    return entry->kind == TF_WASI_FILE && becomes_appending ? WASI_NOTSUP : WASI_SUCCESS;
}

static int fd_fdstat_set_flags(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    enum { CHANGEABLE = WASI_FDFLAG_APPEND | WASI_FDFLAG_NONBLOCK };
    tf_wasi_entry *entry;
    int result = tf_wasi_any(wasi, (uint32_t)v[0], WASI_RIGHT_FD_FDSTAT_SET_FLAGS, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t flags = (uint32_t)v[1];
    /* Linux sets the synchronous flags only when a file is opened, so a change of them is refused, not forgotten. */
    if ((flags ^ entry->flags) & ~(uint32_t)CHANGEABLE) return WASI_INVAL;
    if (flags == entry->flags) return WASI_SUCCESS;
    if (!entry->node) {
        int result_of_host = set_host_flags(entry, flags);
        if (result_of_host != WASI_SUCCESS) return result_of_host;
    }
    entry->flags = (uint16_t)flags;
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_fdstat_set_flags)
/* Rights can be given up, never won. */
static int fd_fdstat_set_rights(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    tf_wasi_entry *entry = tf_wasi_entry_at(wasi, (uint32_t)v[0]);
    if (!entry) return WASI_BADF;
    if ((v[1] & ~entry->rights) || (v[2] & ~entry->inheriting)) return WASI_NOTCAPABLE;
    entry->rights = v[1];
    entry->inheriting = v[2];
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_fdstat_set_rights)

/* --- filestat --- */

uint8_t tf_wasi_filetype(uint32_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG: return WASI_FILETYPE_REGULAR_FILE;
    case S_IFDIR: return WASI_FILETYPE_DIRECTORY;
    case S_IFLNK: return WASI_FILETYPE_SYMBOLIC_LINK;
    case S_IFCHR: return WASI_FILETYPE_CHARACTER_DEVICE;
    case S_IFBLK: return WASI_FILETYPE_BLOCK_DEVICE;
    case S_IFSOCK: return WASI_FILETYPE_SOCKET_STREAM;
    default: return WASI_FILETYPE_UNKNOWN; /* pipes: the interface has no word for them */
    }
}

static uint64_t nanoseconds(struct timespec time) {
    return time.tv_sec < 0 ? 0 : (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int tf_wasi_store_filestat(tf_host *host, uint32_t address, const struct stat *status, uint8_t filetype, bool unstable) {
    uint8_t *out = tf_wasi_bytes(host, address, unstable ? 56 : 64);
    if (!out) return WASI_FAULT;
    tf_wasi_put64(out, status->st_dev);
    tf_wasi_put64(out + 8, status->st_ino);
    tf_wasi_put64(out + 16, filetype);
    if (unstable) {
        tf_wasi_put32(out + 20, (uint32_t)status->st_nlink);
        out += 24;
    } else {
        tf_wasi_put64(out + 24, status->st_nlink);
        out += 32;
    }
    tf_wasi_put64(out, (uint64_t)status->st_size);
    tf_wasi_put64(out + 8, nanoseconds(status->st_atim));
    tf_wasi_put64(out + 16, nanoseconds(status->st_mtim));
    tf_wasi_put64(out + 24, nanoseconds(status->st_ctim));
    return WASI_SUCCESS;
}

static int filestat(tf_host *host, tf_wasi *wasi, const uint64_t *v, bool unstable) {
    tf_wasi_entry *entry;
    int result = tf_wasi_any(wasi, (uint32_t)v[0], WASI_RIGHT_FD_FILESTAT_GET, &entry);
    if (result != WASI_SUCCESS) return result;
    struct stat status = { 0 };
    if (entry->node) tf_memfs_status(entry->node, &status);
    else if (entry->kind != TF_WASI_STREAM && fstat(entry->host, &status) != 0) return tf_wasi_errno(errno);
    return tf_wasi_store_filestat(host, (uint32_t)v[1], &status, entry->filetype, unstable);
}

static int fd_filestat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return filestat(host, wasi, v, false); }
TF_WASI_ENTRY(fd_filestat_get)

static int unstable_fd_filestat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return filestat(host, wasi, v, true);
}
TF_WASI_ENTRY(unstable_fd_filestat_get)

static int fd_filestat_set_size(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], WASI_RIGHT_FD_FILESTAT_SET_SIZE, &entry);
    if (result != WASI_SUCCESS) return result;
    if ((int64_t)v[1] < 0 || !(entry->rights & WASI_RIGHT_FD_WRITE)) return WASI_INVAL;
    if (entry->node) return tf_wasi_memory_result(tf_memfs_resize(entry->node, v[1]));
    while (ftruncate(entry->host, (off_t)v[1]) != 0) {
        if (errno != EINTR) return tf_wasi_errno(errno);
        result = tf_wasi_interrupted(host);
        if (result != WASI_SUCCESS) return result;
    }
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_filestat_set_size)

/* --- times --- */

static int time_to_set(uint64_t value, bool given, bool now, struct timespec *time) {
    if (given && now) return WASI_INVAL;
    if (now) *time = (struct timespec){ .tv_nsec = UTIME_NOW };
    else if (!given) *time = (struct timespec){ .tv_nsec = UTIME_OMIT };
    else *time = (struct timespec){ (time_t)(value / 1000000000u), (long)(value % 1000000000u) };
    return WASI_SUCCESS;
}

int tf_wasi_times(uint64_t accessed, uint64_t modified, uint32_t flags, struct timespec times[2]) {
    if (flags & ~15u) return WASI_INVAL;
    int result = time_to_set(accessed, flags & 1, flags & 2, &times[0]);
    return result ? result : time_to_set(modified, flags & 4, flags & 8, &times[1]);
}

static int fd_filestat_set_times(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    tf_wasi_entry *entry;
    struct timespec times[2];
    int result = tf_wasi_any(wasi, (uint32_t)v[0], WASI_RIGHT_FD_FILESTAT_SET_TIMES, &entry);
    if (result != WASI_SUCCESS) return result;
    if (entry->read_only) return WASI_PERM;
    result = tf_wasi_times(v[1], v[2], (uint32_t)v[3], times);
    if (result != WASI_SUCCESS) return result;
    if (entry->node) {
        tf_memfs_set_times(entry->node, times);
        return WASI_SUCCESS;
    }
    return futimens(entry->host, times) == 0 ? WASI_SUCCESS : tf_wasi_errno(errno);
}
TF_WASI_ENTRY(fd_filestat_set_times)
