/* wasi_io.c: reading, writing, seeking.
 *
 * The host reads into and writes from guest memory directly: an array of the guest's buffers becomes an array of the
 * host's, each checked. Longer arrays are cut at what one system call takes, and the call is partial.
 */
#include "wasi_internal.h"
#include <sys/uio.h>

enum { MOST_BUFFERS = IOV_MAX };

/* Fills `buffers` from the guest's array; empty buffers are left out. */
static int take_buffers(tf_host *host, uint32_t address, uint32_t count, struct iovec *buffers, int *taken) {
    const uint8_t *list = tf_guest_array(host, address, count, 8);
    if (!list) return WASI_FAULT;
    int used = 0;
    for (uint32_t i = 0; i < count && used < MOST_BUFFERS; i++) {
        uint32_t at = tf_wasi_load32(list + 8 * (size_t)i), length = tf_wasi_load32(list + 8 * (size_t)i + 4);
        if (length == 0) continue;
        void *bytes = tf_guest_bytes(host, at, length);
        if (!bytes) return WASI_FAULT;
        buffers[used++] = (struct iovec){ bytes, length };
    }
    *taken = used;
    return WASI_SUCCESS;
}

typedef enum transfer_kind { READ, WRITE } transfer_kind;

static ssize_t transfer_file(transfer_kind kind, int fd, const struct iovec *buffers, int count, int64_t offset) {
    if (offset >= 0) return kind == READ ? preadv(fd, buffers, count, offset) : pwritev(fd, buffers, count, offset);
    if (count == 1) return kind == READ ? read(fd, buffers->iov_base, buffers->iov_len)
                                        : write(fd, buffers->iov_base, buffers->iov_len);
    return kind == READ ? readv(fd, buffers, count) : writev(fd, buffers, count);
}

/* A stream gives what it has: its first buffer is filled, not all, so that no read waits for more than it got. */
static ssize_t transfer_stream(transfer_kind kind, const tf_stream *stream, const struct iovec *buffers, int count) {
    ptrdiff_t result;
    if (kind == READ) {
        result = stream->read && count ? stream->read(stream->context, buffers->iov_base, buffers->iov_len) : 0;
    } else if (stream->write) {
        result = count ? stream->write(stream->context, buffers, count) : 0;
    } else {
        result = 0;
        for (int i = 0; i < count && result < INT32_MAX; i++) result += (ptrdiff_t)buffers[i].iov_len;
        if (result > INT32_MAX) result = INT32_MAX;
    }
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

/* Arguments: descriptor, buffers, their count, then the offset if there is one (`offset` >= 0), then where to leave
 * the number of bytes. */
static int transfer(tf_host *host, tf_wasi *wasi, const uint64_t *v, transfer_kind kind, int64_t offset) {
    struct iovec buffers[MOST_BUFFERS];
    int count;
    tf_wasi_entry *entry;
    uint64_t rights = kind == READ ? WASI_RIGHT_FD_READ : WASI_RIGHT_FD_WRITE;
    if (offset >= 0) rights |= WASI_RIGHT_FD_SEEK;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], rights, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t size_at = (uint32_t)v[offset >= 0 ? 4 : 3];
    if (!tf_guest_bytes(host, size_at, 4)) return WASI_FAULT;
    result = take_buffers(host, (uint32_t)v[1], (uint32_t)v[2], buffers, &count);
    if (result != WASI_SUCCESS) return result;
    for (;;) {
        ssize_t done = entry->kind == TF_WASI_STREAM ? transfer_stream(kind, &entry->stream, buffers, count)
                                                     : transfer_file(kind, entry->host, buffers, count, offset);
        if (done >= 0) return tf_guest_store_u32(host, size_at, (uint32_t)done) ? WASI_SUCCESS : WASI_FAULT;
        if (errno != EINTR) return tf_wasi_errno(errno);
        result = tf_wasi_interrupted(host);
        if (result != WASI_SUCCESS) return result;
    }
}

static int fd_read(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return transfer(host, wasi, v, READ, -1); }
TF_WASI_ENTRY(fd_read)

static int fd_write(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return transfer(host, wasi, v, WRITE, -1); }
TF_WASI_ENTRY(fd_write)

static int fd_pread(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return (int64_t)v[3] < 0 ? WASI_INVAL : transfer(host, wasi, v, READ, (int64_t)v[3]);
}
TF_WASI_ENTRY(fd_pread)

static int fd_pwrite(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return (int64_t)v[3] < 0 ? WASI_INVAL : transfer(host, wasi, v, WRITE, (int64_t)v[3]);
}
TF_WASI_ENTRY(fd_pwrite)

/* --- position --- */

static int seek(tf_host *host, const tf_wasi_entry *entry, int64_t offset, int whence, uint32_t address) {
    if (entry->kind != TF_WASI_FILE) return WASI_SPIPE;
    off_t position = lseek(entry->host, offset, whence);
    if (position < 0) return tf_wasi_errno(errno);
    return tf_guest_store_u64(host, address, (uint64_t)position) ? WASI_SUCCESS : WASI_FAULT;
}

static int seek_with(tf_host *host, tf_wasi *wasi, const uint64_t *v, const int whences[3]) {
    tf_wasi_entry *entry;
    uint32_t whence = (uint32_t)v[2];
    int result = tf_wasi_file(wasi, (uint32_t)v[0], WASI_RIGHT_FD_SEEK, &entry);
    if (result != WASI_SUCCESS) return result;
    if (whence > 2) return WASI_INVAL;
    return seek(host, entry, (int64_t)v[1], whences[whence], (uint32_t)v[3]);
}

static int fd_seek(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    static const int whences[3] = { SEEK_SET, SEEK_CUR, SEEK_END };
    return seek_with(host, wasi, v, whences);
}
TF_WASI_ENTRY(fd_seek)

static int unstable_fd_seek(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    static const int whences[3] = { SEEK_CUR, SEEK_END, SEEK_SET };
    return seek_with(host, wasi, v, whences);
}
TF_WASI_ENTRY(unstable_fd_seek)

static int fd_tell(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], WASI_RIGHT_FD_TELL, &entry);
    return result == WASI_SUCCESS ? seek(host, entry, 0, SEEK_CUR, (uint32_t)v[1]) : result;
}
TF_WASI_ENTRY(fd_tell)
