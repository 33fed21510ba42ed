/* wasi_io.c: reading, writing, seeking.
 *
 * The host reads into and writes from guest memory directly: an array of the guest's buffers becomes an array of the
 * host's, each checked. Longer arrays are cut at what one system call takes, and the call is partial.
 */
#include "wasi_internal.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* More in one call would take longer than a guest may go on after its deadline: the call is partial then. */
enum { MOST_BUFFERS = TF_WASI_MOST_BUFFERS, MOST_BYTES = 64 << 20 };

int tf_wasi_take_buffers(tf_host *host, uint32_t address, uint32_t count, struct iovec *buffers, int *taken) {
    const uint8_t *list = tf_wasi_array(host, address, count, 8);
    if (!list) return WASI_FAULT;
    int used = 0;
    uint32_t room = MOST_BYTES;
    for (uint32_t i = 0; i < count && used < MOST_BUFFERS && room; i++) {
        uint32_t at = tf_wasi_load32(list + 8 * (size_t)i), length = tf_wasi_load32(list + 8 * (size_t)i + 4);
        if (length == 0) continue;
        void *bytes = tf_wasi_bytes(host, at, length);
        if (!bytes) return WASI_FAULT;
        buffers[used++] = (struct iovec){ bytes, length < room ? length : room };
        room -= (uint32_t)buffers[used - 1].iov_len;
    }
    *taken = used;
    return WASI_SUCCESS;
}

typedef enum transfer_kind { READ, WRITE } transfer_kind;

/* What one call moves: the guest's buffers as the host's, and where in the file (-1: at its position). */
typedef struct transfer {
    transfer_kind kind;
    int count;
    int64_t offset;
    struct iovec buffers[MOST_BUFFERS];
} transfer;

static ssize_t transfer_file(const tf_wasi_entry *entry, const transfer *t) {
    int fd = entry->host;
    const struct iovec *first = t->buffers;
    if (t->offset >= 0)
        return t->kind == READ ? preadv(fd, first, t->count, t->offset) : pwritev(fd, first, t->count, t->offset);
    if (t->kind == READ) return t->count == 1 ? read(fd, first->iov_base, first->iov_len) : readv(fd, first, t->count);
    if (entry->filetype == WASI_FILETYPE_SOCKET_STREAM) {
        struct msghdr message = { .msg_iov = (struct iovec *)first, .msg_iovlen = (size_t)t->count };
        return sendmsg(fd, &message, MSG_NOSIGNAL | (entry->flags & WASI_FDFLAG_NONBLOCK ? MSG_DONTWAIT : 0));
    }
    return t->count == 1 ? write(fd, first->iov_base, first->iov_len) : writev(fd, first, t->count);
}

/* A stream gives what it has: its first buffer is filled, not all, so that no read waits for more than it got. */
static ssize_t transfer_stream(const tf_stream *stream, const transfer *t) {
    ptrdiff_t result = 0;
    if (t->kind == READ) {
        if (stream->read && t->count) result = stream->read(stream->context, t->buffers->iov_base, t->buffers->iov_len);
    } else if (stream->write) {
        if (t->count) result = stream->write(stream->context, t->buffers, t->count);
    } else {
        for (int i = 0; i < t->count && result < INT32_MAX; i++) result += (ptrdiff_t)t->buffers[i].iov_len;
        if (result > INT32_MAX) result = INT32_MAX;
    }
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

static ssize_t transfer_memory(tf_wasi_entry *entry, const transfer *t) {
    bool at_end = t->kind == WRITE && entry->flags & WASI_FDFLAG_APPEND;
    uint64_t offset = at_end ? tf_memfs_size(entry->node) : t->offset >= 0 ? (uint64_t)t->offset : entry->position;
    ssize_t done = t->kind == READ ? tf_memfs_read(entry->node, t->buffers, t->count, offset)
                                   : tf_memfs_write(entry->node, t->buffers, t->count, offset);
    if (done >= 0) {
        if (t->offset < 0) entry->position = offset + (uint64_t)done;
        return done;
    }
    errno = (int)-done;
    return -1;
}

static ssize_t transfer_once(tf_wasi_entry *entry, const transfer *t) {
    if (entry->node) return transfer_memory(entry, t);
    return entry->kind == TF_WASI_STREAM ? transfer_stream(&entry->stream, t) : transfer_file(entry, t);
}

int tf_wasi_await(tf_host *host, const tf_wasi_entry *entry, short events, bool waits) {
    const tf_store *store = tf_host_store(host);
    struct pollfd descriptor = { .fd = entry->host, .events = events };
    for (;;) {
        int64_t remaining = waits ? tf_store_remaining_ns(store) : 0;
        if (waits && remaining == 0) return tf_wasi_trap(TF_TRAP_DEADLINE);
        struct timespec timeout = { remaining / 1000000000, remaining % 1000000000 };
        int found = ppoll(&descriptor, 1, &timeout, NULL);
        if (found > 0) return WASI_SUCCESS;
        if (found == 0 && !waits) return WASI_AGAIN;
        if (found < 0 && errno != EINTR) return tf_wasi_errno(errno);
    }
}

/* What was lent keeps its own flags, since others have it open too; so whether the guest waits is seen to here. */
static bool is_lent(const tf_wasi_entry *entry) {
    return entry->kind == TF_WASI_FILE && !entry->owned && entry->host >= 0;
}

/* Leaves so much of it that a pipe or terminal which is ready takes it at once. */
static void shorten(transfer *t, size_t room) {
    for (int i = 0; i < t->count; i++) {
        if (t->buffers[i].iov_len > room) t->buffers[i].iov_len = room;
        room -= t->buffers[i].iov_len;
    }
}

static int transfer_all(tf_host *host, tf_wasi_entry *entry, transfer *t, uint32_t size_at) {
    bool waits = !(entry->flags & WASI_FDFLAG_NONBLOCK);
    short events = t->kind == READ ? POLLIN : POLLOUT;
    int result = is_lent(entry) && !waits ? tf_wasi_await(host, entry, events, false) : WASI_SUCCESS;
    if (is_lent(entry) && !waits && t->kind == WRITE && entry->filetype != WASI_FILETYPE_REGULAR_FILE)
        shorten(t, PIPE_BUF);
    while (result == WASI_SUCCESS) {
        ssize_t done = transfer_once(entry, t);
        if (done >= 0) return tf_guest_store_u32(host, size_at, (uint32_t)done) ? WASI_SUCCESS : WASI_FAULT;
        if (errno == EINTR) result = tf_wasi_interrupted(host);
        else if (errno == EAGAIN && waits && is_lent(entry)) result = tf_wasi_await(host, entry, events, true);
        else result = tf_wasi_errno(errno);
    }
    return result;
}

/* Arguments: descriptor, buffers, their count, then the offset if there is one (`offset` >= 0), then where to leave
 * the number of bytes. */
static int move(tf_host *host, tf_wasi *wasi, const uint64_t *v, transfer_kind kind, int64_t offset) {
    transfer t;
    tf_wasi_entry *entry;
    uint64_t rights = kind == READ ? WASI_RIGHT_FD_READ : WASI_RIGHT_FD_WRITE;
    if (offset >= 0) rights |= WASI_RIGHT_FD_SEEK;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], rights, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t size_at = (uint32_t)v[offset >= 0 ? 4 : 3];
    if (!tf_wasi_bytes(host, size_at, 4)) return WASI_FAULT;
    t.kind = kind;
    t.offset = offset;
    result = tf_wasi_take_buffers(host, (uint32_t)v[1], (uint32_t)v[2], t.buffers, &t.count);
    return result == WASI_SUCCESS ? transfer_all(host, entry, &t, size_at) : result;
}

static int fd_read(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return move(host, wasi, v, READ, -1); }
TF_WASI_ENTRY(fd_read)

static int fd_write(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return move(host, wasi, v, WRITE, -1); }
TF_WASI_ENTRY(fd_write)

static int fd_pread(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return (int64_t)v[3] < 0 ? WASI_INVAL : move(host, wasi, v, READ, (int64_t)v[3]);
}
TF_WASI_ENTRY(fd_pread)

static int fd_pwrite(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return (int64_t)v[3] < 0 ? WASI_INVAL : move(host, wasi, v, WRITE, (int64_t)v[3]);
}
TF_WASI_ENTRY(fd_pwrite)

/* --- position --- */

/* The new position; -1 if that is none. */
static int64_t seek_memory(tf_wasi_entry *entry, int64_t offset, int whence) {
    uint64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? entry->position : tf_memfs_size(entry->node);
    int64_t position;
    if (__builtin_add_overflow((int64_t)from, offset, &position) || position < 0) return -1;
    entry->position = (uint64_t)position;
    return position;
}

static int seek(tf_host *host, tf_wasi_entry *entry, int64_t offset, int whence, uint32_t address) {
    if (!tf_wasi_bytes(host, address, 8)) return WASI_FAULT; /* before anything moves */
    if (entry->kind != TF_WASI_FILE) return WASI_SPIPE;
    int64_t position = entry->node ? seek_memory(entry, offset, whence) : lseek(entry->host, offset, whence);
    if (position < 0) return tf_wasi_errno(entry->node ? EINVAL : errno);
    return tf_guest_store_u64(host, address, (uint64_t)position) ? WASI_SUCCESS : WASI_FAULT;
}

static int check_telling(const tf_wasi_entry *entry) {
    if (entry->rights & (WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL)) return WASI_SUCCESS;
    return entry->filetype == WASI_FILETYPE_REGULAR_FILE ? WASI_NOTCAPABLE : WASI_SPIPE;
}

static int seek_with(tf_host *host, tf_wasi *wasi, const uint64_t *v, const int whences[3]) {
    tf_wasi_entry *entry;
    uint32_t whence = (uint32_t)v[2];
    /* Seeking nowhere is telling; the right to seek is that to tell as well. */
    bool tells = whence <= 2 && whences[whence] == SEEK_CUR && v[1] == 0;
    int result = tf_wasi_file(wasi, (uint32_t)v[0], tells ? 0 : WASI_RIGHT_FD_SEEK, &entry);
    if (result == WASI_SUCCESS && tells) result = check_telling(entry);
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
    int result = tf_wasi_file(wasi, (uint32_t)v[0], 0, &entry);
    if (result == WASI_SUCCESS) result = check_telling(entry);
    return result == WASI_SUCCESS ? seek(host, entry, 0, SEEK_CUR, (uint32_t)v[1]) : result;
}
TF_WASI_ENTRY(fd_tell)
