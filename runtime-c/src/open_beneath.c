/* open_beneath.c: opening files that a client named, never outside a folder. */
#define _GNU_SOURCE
#include "open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* RESOLVE_BENEATH gives up with EAGAIN when a rename races with the walk. */
enum { TF_RACES_ENDURED = 32 };

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int tf_identify(int file, tf_file_identity *identity) {
    struct stat status;
    if (fstat(file, &status) != 0) return -errno;
    *identity = (tf_file_identity){
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = (uint64_t)status.st_size,
        .modified = nanoseconds(status.st_mtim),
        .changed = nanoseconds(status.st_ctim),
        .mode = status.st_mode,
    };
    return 0;
}

/* For kernels and sandboxes without openat2: one component after the other, following no link at all. */
static int open_by_steps(int folder, const char *path, int flags) {
    int at = folder;
    for (;;) {
        const char *end = strchrnul(path, '/');
        char name[256];
        size_t length = (size_t)(end - path);
        int next = -ENOENT;
        if (length > 0 && length < sizeof name) {
            memcpy(name, path, length);
            name[length] = 0;
            int step = *end ? O_PATH | O_DIRECTORY : flags;
            next = strcmp(name, "..") == 0 ? -EXDEV : openat(at, name, step | O_NOFOLLOW | O_CLOEXEC);
            if (next == -1) next = -errno;
        }
        if (at != folder) close(at);
        if (next < 0 || !*end) return next;
        at = next;
        path = end + 1;
    }
}

static int open_within(int folder, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    for (int race = 0; race < TF_RACES_ENDURED; race++) {
        long file = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (file >= 0) return (int)file;
        if (errno == ENOSYS || errno == EPERM) return open_by_steps(folder, path, flags);
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

int tf_open_folder(const char *path) {
    int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? -errno : folder;
}

int tf_open_folder_beneath(int folder, const char *path) {
    return open_within(folder, path, O_PATH | O_DIRECTORY);
}

int tf_open_own_folder(int folder, const char *name) {
    if (strchr(name, '/') || strcmp(name, "..") == 0) return -EXDEV;
    int own = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return own < 0 ? -errno : own;
}

static bool is_servable(const tf_file_identity *identity) {
    return S_ISREG(identity->mode) || S_ISDIR(identity->mode);
}

int tf_open_beneath(int folder, const char *path, tf_file_identity *identity) {
    /* The first look opens nothing: merely opening a device can have effects. */
    int look = open_within(folder, path, O_PATH);
    if (look < 0) return look;
    int failure = tf_identify(look, identity);
    close(look);
    if (failure) return failure;
    if (!is_servable(identity)) return -ENXIO;

    int file = open_within(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return file;
    failure = tf_identify(file, identity);
    if (!failure && !is_servable(identity)) failure = -ENXIO;
    if (!failure) return file;
    close(file);
    return failure;
}

int tf_hold_writers(int file) {
    /* A writer that arrives makes the kernel send a signal; this one is ignored unless somebody asks for it. */
    if (fcntl(file, F_SETSIG, SIGURG) != 0) return -errno;
    if (fcntl(file, F_SETLEASE, F_RDLCK) == 0) return 1;
    return errno == EAGAIN ? 0 : -errno;
}

void tf_allow_writers(int file) {
    fcntl(file, F_SETLEASE, F_UNLCK);
}
