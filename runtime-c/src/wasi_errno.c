/* wasi_errno.c: error numbers of the host as the interface numbers them. */
#include "wasi_internal.h"

/* Indexed by the host's errno; 0 where the interface has nothing alike. */
static const uint8_t numbers[] = {
    [E2BIG] = 1, [EACCES] = 2, [EADDRINUSE] = 3, [EADDRNOTAVAIL] = 4, [EAFNOSUPPORT] = 5, [EAGAIN] = WASI_AGAIN,
    [EALREADY] = 7, [EBADF] = WASI_BADF, [EBADMSG] = 9, [EBUSY] = 10, [ECANCELED] = 11, [ECHILD] = 12,
    [ECONNABORTED] = 13, [ECONNREFUSED] = 14, [ECONNRESET] = 15, [EDEADLK] = 16, [EDESTADDRREQ] = 17, [EDOM] = 18,
    [EDQUOT] = 19, [EEXIST] = WASI_EXIST, [EFAULT] = WASI_FAULT, [EFBIG] = 22, [EHOSTUNREACH] = 23, [EIDRM] = 24,
    [EILSEQ] = 25, [EINPROGRESS] = 26, [EINTR] = 27, [EINVAL] = WASI_INVAL, [EIO] = WASI_IO, [EISCONN] = 30,
    [EISDIR] = WASI_ISDIR, [ELOOP] = 32, [EMFILE] = WASI_MFILE, [EMLINK] = 34, [EMSGSIZE] = 35, [EMULTIHOP] = 36,
    [ENAMETOOLONG] = WASI_NAMETOOLONG, [ENETDOWN] = 38, [ENETRESET] = 39, [ENETUNREACH] = 40, [ENFILE] = 41,
    [ENOBUFS] = 42, [ENODEV] = 43, [ENOENT] = WASI_NOENT, [ENOEXEC] = 45, [ENOLCK] = 46, [ENOLINK] = 47,
    [ENOMEM] = WASI_NOMEM, [ENOMSG] = 49, [ENOPROTOOPT] = 50, [ENOSPC] = 51, [ENOSYS] = 52, [ENOTCONN] = 53,
    [ENOTDIR] = WASI_NOTDIR, [ENOTEMPTY] = WASI_NOTEMPTY, [ENOTRECOVERABLE] = 56, [ENOTSOCK] = WASI_NOTSOCK,
    [EOPNOTSUPP] = WASI_NOTSUP, [ENOTTY] = 59, [ENXIO] = 60, [EOVERFLOW] = WASI_OVERFLOW, [EOWNERDEAD] = 62,
    [EPERM] = WASI_PERM, [EPIPE] = 64, [EPROTO] = 65, [EPROTONOSUPPORT] = 66, [EPROTOTYPE] = 67, [ERANGE] = 68,
    [EROFS] = 69, [ESPIPE] = WASI_SPIPE, [ESRCH] = 71, [ESTALE] = 72, [ETIMEDOUT] = 73, [ETXTBSY] = 74, [EXDEV] = 75,
};

int tf_wasi_errno(int host_errno) {
    if (host_errno <= 0 || (size_t)host_errno >= sizeof numbers || numbers[host_errno] == 0) return WASI_IO;
    return numbers[host_errno];
}

int tf_wasi_interrupted(tf_host *host) {
    return tf_store_interrupted(tf_host_store(host)) ? tf_wasi_trap(TF_TRAP_DEADLINE) : WASI_SUCCESS;
}
