/* wasi_storage.c: what a file has on its medium: flushing, reserving, advising. */
#include "wasi_internal.h"
#include <fcntl.h>

static int flush(tf_host *host, tf_wasi *wasi, uint32_t descriptor, uint64_t right, int (*function)(int)) {
    tf_wasi_entry *entry;
    int result = tf_wasi_any(wasi, descriptor, right, &entry);
    if (result != WASI_SUCCESS) return result;
    if (entry->kind == TF_WASI_STREAM || entry->node) return WASI_SUCCESS;
    while (function(entry->host) != 0) {
        if (errno != EINTR) return tf_wasi_errno(errno);
        result = tf_wasi_interrupted(host);
        if (result != WASI_SUCCESS) return result;
    }
    return WASI_SUCCESS;
}

static int fd_sync(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return flush(host, wasi, (uint32_t)v[0], WASI_RIGHT_FD_SYNC, fsync);
}
TF_WASI_ENTRY(fd_sync)

static int fd_datasync(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return flush(host, wasi, (uint32_t)v[0], WASI_RIGHT_FD_DATASYNC, fdatasync);
}
TF_WASI_ENTRY(fd_datasync)

static int fd_advise(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    static const int advices[] = { POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM, POSIX_FADV_WILLNEED,
        POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE };
    tf_wasi_entry *entry;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], WASI_RIGHT_FD_ADVISE, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t advice = (uint32_t)v[3];
    if (advice >= sizeof advices / sizeof *advices || (int64_t)v[1] < 0 || (int64_t)v[2] < 0) return WASI_INVAL;
    if (entry->node) return WASI_SUCCESS;
    result = posix_fadvise(entry->host, (off_t)v[1], (off_t)v[2], advices[advice]);
    return result ? tf_wasi_errno(result) : WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_advise)

/* In steps, between which the guest's deadline is looked at. */
static int reserve_in_memory(tf_host *host, const tf_wasi_entry *entry, uint64_t offset, uint64_t length) {
    enum { STEP = 16 << 20 };
    int result = tf_wasi_memory_result(tf_memfs_check_reserve(entry->node, offset, length));
    while (result == WASI_SUCCESS && length) {
        uint64_t part = length < STEP ? length : STEP;
        result = tf_wasi_memory_result(tf_memfs_reserve(entry->node, offset, part));
        if (result == WASI_SUCCESS) result = tf_wasi_interrupted(host);
        offset += part;
        length -= part;
    }
    return result;
}

static int fd_allocate(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], WASI_RIGHT_FD_ALLOCATE, &entry);
    if (result != WASI_SUCCESS) return result;
    if (!(entry->rights & WASI_RIGHT_FD_WRITE)) return WASI_BADF;
    if ((int64_t)v[1] < 0 || (int64_t)v[2] <= 0) return WASI_INVAL;
    if (entry->node) return reserve_in_memory(host, entry, v[1], v[2]);
    /* The system call itself: the C library would write zeros where a file system cannot reserve. */
    while (fallocate(entry->host, 0, (off_t)v[1], (off_t)v[2]) != 0) {
        if (errno != EINTR) return tf_wasi_errno(errno);
        result = tf_wasi_interrupted(host);
        if (result != WASI_SUCCESS) return result;
    }
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_allocate)
