/* wasi_functions.c: the functions by name, with their types. Sorted by name. */
#include "wasi_internal.h"

/* X(name, parameters, result). STATED: those whose structures or enumerations differ in wasi_unstable. */
#define BEFORE_SOCKETS(X, STATED) \
    X(args_get, "ii", "i") \
    X(args_sizes_get, "ii", "i") \
    X(clock_res_get, "ii", "i") \
    X(clock_time_get, "iIi", "i") \
    X(environ_get, "ii", "i") \
    X(environ_sizes_get, "ii", "i") \
    X(fd_advise, "iIIi", "i") \
    X(fd_allocate, "iII", "i") \
    X(fd_close, "i", "i") \
    X(fd_datasync, "i", "i") \
    X(fd_fdstat_get, "ii", "i") \
    X(fd_fdstat_set_flags, "ii", "i") \
    X(fd_fdstat_set_rights, "iII", "i") \
    STATED(fd_filestat_get, "ii", "i") \
    X(fd_filestat_set_size, "iI", "i") \
    X(fd_filestat_set_times, "iIIi", "i") \
    X(fd_pread, "iiiIi", "i") \
    X(fd_prestat_dir_name, "iii", "i") \
    X(fd_prestat_get, "ii", "i") \
    X(fd_pwrite, "iiiIi", "i") \
    X(fd_read, "iiii", "i") \
    X(fd_readdir, "iiiIi", "i") \
    X(fd_renumber, "ii", "i") \
    STATED(fd_seek, "iIii", "i") \
    X(fd_sync, "i", "i") \
    X(fd_tell, "ii", "i") \
    X(fd_write, "iiii", "i") \
    X(path_create_directory, "iii", "i") \
    STATED(path_filestat_get, "iiiii", "i") \
    X(path_filestat_set_times, "iiiiIIi", "i") \
    X(path_link, "iiiiiii", "i") \
    X(path_open, "iiiiiIIii", "i") \
    X(path_readlink, "iiiiii", "i") \
    X(path_remove_directory, "iii", "i") \
    X(path_rename, "iiiiii", "i") \
    X(path_symlink, "iiiii", "i") \
    X(path_unlink_file, "iii", "i") \
    STATED(poll_oneoff, "iiii", "i") \
    X(proc_exit, "i", "") \
    X(proc_raise, "i", "i") \
    X(random_get, "ii", "i") \
    X(sched_yield, "", "i")
#define SOCKETS(X) \
    X(sock_recv, "iiiiii", "i") \
    X(sock_send, "iiiii", "i") \
    X(sock_shutdown, "ii", "i")

#define DECLARE(name, parameters, result) tf_trap tf_wasi_##name(tf_host *, uint64_t *);
#define DECLARE_BOTH(name, parameters, result) \
    DECLARE(name, parameters, result) DECLARE(unstable_##name, parameters, result)
BEFORE_SOCKETS(DECLARE, DECLARE_BOTH)
DECLARE(sock_accept, "iii", "i")
SOCKETS(DECLARE)

#define ROW(name, parameters, result) { #name, parameters, result, tf_wasi_##name },
#define UNSTABLE_ROW(name, parameters, result) { #name, parameters, result, tf_wasi_unstable_##name },

static const tf_wasi_function preview1[] = {
    BEFORE_SOCKETS(ROW, ROW)
    ROW(sock_accept, "iii", "i")
    SOCKETS(ROW)
};

static const tf_wasi_function unstable[] = {
    BEFORE_SOCKETS(ROW, UNSTABLE_ROW)
    SOCKETS(ROW)
};

const tf_wasi_function *tf_wasi_functions(size_t *count) {
    *count = sizeof preview1 / sizeof *preview1;
    return preview1;
}

const tf_wasi_function *tf_wasi_unstable_functions(size_t *count) {
    *count = sizeof unstable / sizeof *unstable;
    return unstable;
}
