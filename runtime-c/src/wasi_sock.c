/* wasi_sock.c: stream sockets, which a guest has only if it was given one or accepted a connection at one.
 *
 * Whether a call waits is the guest's flag, and it waits in poll, so that it ends with the guest's deadline.
 */
#include "wasi_internal.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

enum { RECV_PEEK = 1, RECV_WAITALL = 2, RECV_DATA_TRUNCATED = 1, SHUT_RECEIVING = 1, SHUT_SENDING = 2 };

static tf_wasi_entry socket_entry(int host, bool owned, bool listens) {
    uint64_t rights = listens ? WASI_RIGHTS_LISTENER : WASI_RIGHTS_CONNECTION;
    return (tf_wasi_entry){ .kind = TF_WASI_FILE, .filetype = WASI_FILETYPE_SOCKET_STREAM, .owned = owned, .host = host,
        .rights = rights, .inheriting = listens ? WASI_RIGHTS_CONNECTION : 0 };
}

int tf_wasi_add_socket(tf_wasi *wasi, int host_descriptor, bool owned) {
    int type, listens;
    socklen_t size = sizeof type;
    if (getsockopt(host_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return -errno;
    if (type != SOCK_STREAM) return -EPROTOTYPE;
    size = sizeof listens;
    if (getsockopt(host_descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) return -errno;
    tf_wasi_entry entry = socket_entry(host_descriptor, owned, listens);
    int flags = fcntl(host_descriptor, F_GETFL);
    if (flags >= 0 && flags & O_NONBLOCK) entry.flags = WASI_FDFLAG_NONBLOCK;
    uint32_t descriptor;
    int result = tf_wasi_insert(wasi, &entry, &descriptor);
    return result == WASI_SUCCESS ? 0 : result == WASI_NOMEM ? -ENOMEM : -EMFILE;
}

/* The descriptor as a socket with all of `rights`, else an error number. */
static int socket_at(tf_wasi *wasi, uint64_t descriptor, uint64_t rights, tf_wasi_entry **entry) {
    tf_wasi_entry *found = tf_wasi_entry_at(wasi, (uint32_t)descriptor);
    if (!found) return WASI_BADF;
    if (found->kind != TF_WASI_FILE || found->filetype != WASI_FILETYPE_SOCKET_STREAM) return WASI_NOTSOCK;
    return tf_wasi_any(wasi, (uint32_t)descriptor, rights, entry);
}

static int sock_accept(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *listener;
    uint32_t flags = (uint32_t)v[1], descriptor;
    int result = socket_at(wasi, v[0], WASI_RIGHT_SOCK_ACCEPT, &listener);
    if (result != WASI_SUCCESS) return result;
    if (flags & ~(uint32_t)WASI_FDFLAG_NONBLOCK) return WASI_INVAL;
    /* Before a connection is taken that nobody would have: */
    if (!tf_wasi_bytes(host, (uint32_t)v[2], 4)) return WASI_FAULT;
    if (!tf_wasi_has_room(wasi)) return WASI_MFILE;
    int fd;
    result = tf_wasi_await(host, listener, POLLIN, !(listener->flags & WASI_FDFLAG_NONBLOCK));
    if (result != WASI_SUCCESS) return result;
    while ((fd = accept4(listener->host, NULL, NULL, SOCK_CLOEXEC | (flags ? SOCK_NONBLOCK : 0))) < 0) {
        /* One that went away before it was taken: the next. */
        if (errno == ECONNABORTED) continue;
        if (errno != EINTR) return tf_wasi_errno(errno);
        result = tf_wasi_interrupted(host);
        if (result != WASI_SUCCESS) return result;
    }
    tf_wasi_entry entry = socket_entry(fd, true, false);
    entry.flags = (uint16_t)flags;
    entry.rights &= listener->inheriting;
    result = tf_wasi_insert(wasi, &entry, &descriptor);
    if (result != WASI_SUCCESS) {
        close(fd);
        return result;
    }
    return tf_guest_store_u32(host, (uint32_t)v[2], descriptor) ? WASI_SUCCESS : WASI_FAULT;
}
TF_WASI_ENTRY(sock_accept)

/* Does it until it is done or cannot be. */
static int exchange(tf_host *host, ssize_t (*call)(int, struct msghdr *, int), const tf_wasi_entry *entry,
                    struct msghdr *message, int flags, uint32_t size_at) {
    bool waits = !(entry->flags & WASI_FDFLAG_NONBLOCK);
    /* All that was asked for, or the end: that the kernel has to wait for, and a signal ends it. */
    if (!(flags & MSG_WAITALL) || !waits) flags |= MSG_DONTWAIT;
    short events = call == recvmsg ? POLLIN : POLLOUT;
    for (;;) {
        ssize_t done = call(entry->host, message, flags);
        if (done >= 0) return tf_guest_store_u32(host, size_at, (uint32_t)done) ? WASI_SUCCESS : WASI_FAULT;
        int result = WASI_SUCCESS;
        if (errno == EINTR) result = tf_wasi_interrupted(host);
        else if (errno == EAGAIN && waits) result = tf_wasi_await(host, entry, events, true);
        else result = tf_wasi_errno(errno);
        if (result != WASI_SUCCESS) return result;
    }
}

static int sock_recv(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    struct iovec buffers[TF_WASI_MOST_BUFFERS];
    int count, result = socket_at(wasi, v[0], WASI_RIGHT_FD_READ, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t flags = (uint32_t)v[3];
    if (flags & ~(uint32_t)(RECV_PEEK | RECV_WAITALL)) return WASI_INVAL;
    if (!tf_wasi_bytes(host, (uint32_t)v[4], 4) || !tf_wasi_bytes(host, (uint32_t)v[5], 2)) return WASI_FAULT;
    result = tf_wasi_take_buffers(host, (uint32_t)v[1], (uint32_t)v[2], buffers, &count);
    if (result != WASI_SUCCESS) return result;
    struct msghdr message = { .msg_iov = buffers, .msg_iovlen = (size_t)count };
    int host_flags = (flags & RECV_PEEK ? MSG_PEEK : 0) | (flags & RECV_WAITALL ? MSG_WAITALL : 0);
    result = exchange(host, recvmsg, entry, &message, host_flags, (uint32_t)v[4]);
    if (result != WASI_SUCCESS) return result;
    uint16_t truncated = message.msg_flags & MSG_TRUNC ? RECV_DATA_TRUNCATED : 0;
    return tf_guest_store_u16(host, (uint32_t)v[5], truncated) ? WASI_SUCCESS : WASI_FAULT;
}
TF_WASI_ENTRY(sock_recv)

static ssize_t send_message(int fd, struct msghdr *message, int flags) { return sendmsg(fd, message, flags); }

static int sock_send(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry;
    struct iovec buffers[TF_WASI_MOST_BUFFERS];
    int count, result = socket_at(wasi, v[0], WASI_RIGHT_FD_WRITE, &entry);
    if (result != WASI_SUCCESS) return result;
    if ((uint32_t)v[3] != 0) return WASI_INVAL; /* there are no flags */
    if (!tf_wasi_bytes(host, (uint32_t)v[4], 4)) return WASI_FAULT;
    result = tf_wasi_take_buffers(host, (uint32_t)v[1], (uint32_t)v[2], buffers, &count);
    if (result != WASI_SUCCESS) return result;
    struct msghdr message = { .msg_iov = buffers, .msg_iovlen = (size_t)count };
    return exchange(host, send_message, entry, &message, MSG_NOSIGNAL, (uint32_t)v[4]);
}
TF_WASI_ENTRY(sock_send)

static int sock_shutdown(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    tf_wasi_entry *entry;
    static const int ways[] = { [SHUT_RECEIVING] = SHUT_RD, [SHUT_SENDING] = SHUT_WR,
        [SHUT_RECEIVING | SHUT_SENDING] = SHUT_RDWR };
    int result = socket_at(wasi, v[0], WASI_RIGHT_SOCK_SHUTDOWN, &entry);
    if (result != WASI_SUCCESS) return result;
    uint32_t how = (uint32_t)v[1];
    if (how == 0 || how > (SHUT_RECEIVING | SHUT_SENDING)) return WASI_INVAL;
    return shutdown(entry->host, ways[how]) == 0 ? WASI_SUCCESS : tf_wasi_errno(errno);
}
TF_WASI_ENTRY(sock_shutdown)
