/* wasi_path_ops.c: everything about paths but opening. How a path is kept inside its folder: wasi_path.c. */
#include "wasi_internal.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* A path of a call, in a folder of the host (then split, see wasi_path.c) or in one in memory. */
typedef struct located {
    const tf_wasi_entry *folder;
    tf_wasi_path path;
} located;

/* Checks the descriptor and the grant, reads the path and finds its folder. `changes`: it is about to be changed. */
static int find(tf_host *host, tf_wasi *wasi, const uint64_t *v, uint64_t right, bool changes, located *found) {
    tf_wasi_entry *folder;
    int result = tf_wasi_folder(wasi, (uint32_t)v[0], right, &folder);
    if (result != WASI_SUCCESS) return result;
    found->folder = folder;
    if (changes && folder->read_only) return WASI_PERM;
    result = tf_wasi_read_path(host, (uint32_t)v[1], (uint32_t)v[2], &found->path);
    if (result != WASI_SUCCESS || folder->node) return result;
    return tf_wasi_split(folder, &found->path);
}

/* Closes what was opened for the path. `special`: what to say of "." and "..", on which `done` was not tried. */
static int finish(tf_wasi_path *path, int done, int special) {
    int error = errno;
    tf_wasi_path_done(path);
    if (path->special) return special;
    return done == 0 ? WASI_SUCCESS : tf_wasi_errno(error);
}

static int path_create_directory(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located at;
    int result = find(host, wasi, v, WASI_RIGHT_PATH_CREATE_DIRECTORY, true, &at);
    if (result != WASI_SUCCESS) return result;
    tf_wasi_path *path = &at.path;
    if (at.folder->node) return tf_wasi_memory_result(tf_memfs_create_folder(at.folder->node, path->bytes));
    return finish(path, path->special ? 0 : mkdirat(path->folder, path->last, 0777), WASI_EXIST);
}
TF_WASI_ENTRY(path_create_directory)

static int path_remove_directory(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located at;
    int result = find(host, wasi, v, WASI_RIGHT_PATH_REMOVE_DIRECTORY, true, &at);
    if (result != WASI_SUCCESS) return result;
    tf_wasi_path *path = &at.path;
    if (at.folder->node) return tf_wasi_memory_result(tf_memfs_remove_folder(at.folder->node, path->bytes));
    return finish(path, path->special ? 0 : unlinkat(path->folder, path->last, AT_REMOVEDIR), WASI_INVAL);
}
TF_WASI_ENTRY(path_remove_directory)

static int path_unlink_file(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located at;
    int result = find(host, wasi, v, WASI_RIGHT_PATH_UNLINK_FILE, true, &at);
    if (result != WASI_SUCCESS) return result;
    tf_wasi_path *path = &at.path;
    if (at.folder->node) return tf_wasi_memory_result(tf_memfs_unlink(at.folder->node, path->bytes));
    return finish(path, path->special ? 0 : unlinkat(path->folder, path->last, 0), WASI_ISDIR);
}
TF_WASI_ENTRY(path_unlink_file)

/* --- two paths --- */

/* Both in the same place, so that a name can move from one to the other. */
static bool is_one_place(const located *from, const located *to) {
    if (!from->folder->node || !to->folder->node) return from->folder->node == to->folder->node;
    return tf_memfs_tree(from->folder->node) == tf_memfs_tree(to->folder->node);
}

/* Finds both, as find does; what was opened for the first is closed if there is no second. */
static int find_two(tf_host *host, tf_wasi *wasi, const uint64_t *first, uint64_t first_right, located *from,
                    const uint64_t *second, uint64_t second_right, located *to) {
    int result = find(host, wasi, first, first_right, true, from);
    if (result != WASI_SUCCESS) return result;
    result = find(host, wasi, second, second_right, true, to);
    if (result == WASI_SUCCESS && !is_one_place(from, to)) {
        if (!to->folder->node) tf_wasi_path_done(&to->path);
        result = WASI_XDEV;
    }
    if (result != WASI_SUCCESS && !from->folder->node) tf_wasi_path_done(&from->path);
    return result;
}

static int path_rename(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located old, new;
    int result = find_two(host, wasi, v, WASI_RIGHT_PATH_RENAME_SOURCE, &old, v + 3, WASI_RIGHT_PATH_RENAME_TARGET, &new);
    if (result != WASI_SUCCESS) return result;
    tf_wasi_path *from = &old.path, *to = &new.path;
    if (old.folder->node)
        return tf_wasi_memory_result(tf_memfs_rename(old.folder->node, from->bytes, new.folder->node, to->bytes));
    to->special = to->special || from->special;
    result = finish(to, to->special ? 0 : renameat(from->folder, from->last, to->folder, to->last), WASI_INVAL);
    tf_wasi_path_done(from);
    return result;
}
TF_WASI_ENTRY(path_rename)

/* A trailing slash would make the host follow a link; only a folder may have one. */
static int only_folder(const tf_wasi_path *path, int then) {
    struct stat status;
    char name[NAME_MAX + 1];
    size_t length = strcspn(path->last, "/");
    if (length > NAME_MAX) return WASI_NAMETOOLONG;
    memcpy(name, path->last, length);
    name[length] = 0;
    if (fstatat(path->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return tf_wasi_errno(errno);
    return S_ISDIR(status.st_mode) ? then : WASI_NOTDIR;
}

static int link_on_host(tf_wasi_path *from, tf_wasi_path *to) {
    if (from->special || from->slash) {
        tf_wasi_path_done(to);
        return from->special ? WASI_PERM : only_folder(from, WASI_PERM);
    }
    return finish(to, to->special ? 0 : linkat(from->folder, from->last, to->folder, to->last, 0), WASI_EXIST);
}

static int path_link(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located old, new;
    if ((uint32_t)v[1] != 0) return WASI_INVAL; /* following is not offered: what is linked has to be named */
    /* A new name is a change to the file, so a read-only grant is no source either. */
    const uint64_t source[3] = { v[0], v[2], v[3] };
    int result = find_two(host, wasi, source, WASI_RIGHT_PATH_LINK_SOURCE, &old, v + 4, WASI_RIGHT_PATH_LINK_TARGET, &new);
    if (result != WASI_SUCCESS) return result;
    if (old.folder->node)
        return tf_wasi_memory_result(
            tf_memfs_link(old.folder->node, old.path.bytes, new.folder->node, new.path.bytes));
    result = link_on_host(&old.path, &new.path);
    tf_wasi_path_done(&old.path);
    return result;
}
TF_WASI_ENTRY(path_link)

/* --- links --- */

/* A link may point to what is not there and even out of the folder, where no path will follow it; but an absolute
 * target would mean something else to every program that looks at the folder from outside. */
static int path_symlink(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located at;
    tf_wasi_path target, *path = &at.path;
    int result = tf_wasi_read_path(host, (uint32_t)v[0], (uint32_t)v[1], &target);
    if (result != WASI_SUCCESS) return result;
    if (target.bytes[0] == '/') return WASI_NOTCAPABLE;
    result = find(host, wasi, v + 2, WASI_RIGHT_PATH_SYMLINK, true, &at);
    if (result != WASI_SUCCESS) return result;
    if (at.folder->node) return tf_wasi_memory_result(tf_memfs_symlink(target.bytes, at.folder->node, path->bytes));
    return finish(path, path->special ? 0 : symlinkat(target.bytes, path->folder, path->last), WASI_EXIST);
}
TF_WASI_ENTRY(path_symlink)

/* The target, or of "." and ".." and what has a slash behind it, why there is none. */
static int read_on_host(tf_wasi_path *path, char *target, size_t size, size_t *length) {
    if (path->slash && !path->special) {
        int result = only_folder(path, WASI_INVAL);
        tf_wasi_path_done(path);
        return result;
    }
    ssize_t count = path->special ? 0 : readlinkat(path->folder, path->last, target, size);
    *length = count < 0 ? 0 : (size_t)count;
    return finish(path, count < 0 ? -1 : 0, WASI_INVAL);
}

static int path_readlink(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    located at;
    char target[PATH_MAX];
    size_t length = 0;
    uint32_t room = (uint32_t)v[4];
    int result = find(host, wasi, v, WASI_RIGHT_PATH_READLINK, false, &at);
    if (result != WASI_SUCCESS) return result;
    if (!tf_wasi_bytes(host, (uint32_t)v[3], room) || !tf_wasi_bytes(host, (uint32_t)v[5], 4)) {
        if (!at.folder->node) tf_wasi_path_done(&at.path);
        return WASI_FAULT;
    }
    if (at.folder->node) {
        ssize_t count = tf_memfs_readlink(at.folder->node, at.path.bytes, target, sizeof target);
        result = tf_wasi_memory_result(count);
        length = count < 0 ? 0 : (size_t)count;
    } else {
        result = read_on_host(&at.path, target, sizeof target, &length);
    }
    if (result != WASI_SUCCESS) return result;
    if (length > 0 && target[0] == '/') return WASI_NOTCAPABLE; /* tells of the host, and leads nowhere here */
    size_t count = length < room ? length : room;
    memcpy(tf_wasi_bytes(host, (uint32_t)v[3], room), target, count);
    return tf_guest_store_u32(host, (uint32_t)v[5], (uint32_t)count) ? WASI_SUCCESS : WASI_FAULT;
}
TF_WASI_ENTRY(path_readlink)

/* --- metadata --- */

static int open_for_metadata(const tf_wasi_entry *folder, const tf_wasi_path *path, uint32_t lookup) {
    return tf_wasi_open_beneath(folder->host, path->bytes, O_PATH | (lookup & WASI_LOOKUP_FOLLOW ? 0 : O_NOFOLLOW), 0);
}

static int status_in_memory(const tf_wasi_entry *folder, const tf_wasi_path *path, bool follow, struct stat *status) {
    tf_memfs_node *node;
    int result = tf_memfs_find(folder->node, path->bytes, follow, &node);
    if (result != 0) return tf_wasi_memory_result(result);
    tf_memfs_status(node, status);
    tf_memfs_release(node);
    return WASI_SUCCESS;
}

static int status_of(const tf_wasi_entry *folder, const tf_wasi_path *path, uint32_t lookup, struct stat *status) {
    if (lookup & ~(uint32_t)WASI_LOOKUP_FOLLOW) return WASI_INVAL;
    if (folder->node) return status_in_memory(folder, path, lookup & WASI_LOOKUP_FOLLOW, status);
    /* One component that is no link leads nowhere else: one system call instead of three. */
    bool plain = path->length && !memchr(path->bytes, '/', path->length) && strcmp(path->bytes, "..") != 0;
    if (plain) {
        if (fstatat(folder->host, path->bytes, status, AT_SYMLINK_NOFOLLOW) != 0) return tf_wasi_path_errno(errno);
        if (!S_ISLNK(status->st_mode) || !(lookup & WASI_LOOKUP_FOLLOW)) return WASI_SUCCESS;
    }
    int fd = open_for_metadata(folder, path, lookup);
    if (fd < 0) return tf_wasi_path_errno(-fd);
    int error = fstat(fd, status) == 0 ? 0 : errno;
    close(fd);
    return error ? tf_wasi_errno(error) : WASI_SUCCESS;
}

static int filestat(tf_host *host, tf_wasi *wasi, const uint64_t *v, bool unstable) {
    tf_wasi_entry *folder;
    tf_wasi_path path;
    struct stat status;
    int result = tf_wasi_folder(wasi, (uint32_t)v[0], WASI_RIGHT_PATH_FILESTAT_GET, &folder);
    if (result == WASI_SUCCESS) result = tf_wasi_read_path(host, (uint32_t)v[2], (uint32_t)v[3], &path);
    if (result == WASI_SUCCESS) result = status_of(folder, &path, (uint32_t)v[1], &status);
    if (result != WASI_SUCCESS) return result;
    return tf_wasi_store_filestat(host, (uint32_t)v[4], &status, tf_wasi_filetype(status.st_mode), unstable);
}

static int path_filestat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) { return filestat(host, wasi, v, false); }
TF_WASI_ENTRY(path_filestat_get)

static int unstable_path_filestat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    return filestat(host, wasi, v, true);
}
TF_WASI_ENTRY(unstable_path_filestat_get)

static int set_times(const tf_wasi_entry *folder, const tf_wasi_path *path, uint32_t lookup,
                     const struct timespec times[2]) {
    if (lookup & ~(uint32_t)WASI_LOOKUP_FOLLOW) return WASI_INVAL;
    if (folder->node) {
        tf_memfs_node *node;
        int result = tf_memfs_find(folder->node, path->bytes, lookup & WASI_LOOKUP_FOLLOW, &node);
        if (result != 0) return tf_wasi_memory_result(result);
        tf_memfs_set_times(node, times);
        tf_memfs_release(node);
        return WASI_SUCCESS;
    }
    int fd = open_for_metadata(folder, path, lookup);
    if (fd < 0) return tf_wasi_path_errno(-fd);
    int error = utimensat(fd, "", times, AT_EMPTY_PATH) == 0 ? 0 : errno;
    close(fd);
    return error ? tf_wasi_errno(error) : WASI_SUCCESS;
}

static int path_filestat_set_times(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *folder;
    tf_wasi_path path;
    struct timespec times[2];
    int result = tf_wasi_folder(wasi, (uint32_t)v[0], WASI_RIGHT_PATH_FILESTAT_SET_TIMES, &folder);
    if (result != WASI_SUCCESS) return result;
    if (folder->read_only) return WASI_PERM;
    result = tf_wasi_times(v[4], v[5], (uint32_t)v[6], times);
    if (result == WASI_SUCCESS) result = tf_wasi_read_path(host, (uint32_t)v[2], (uint32_t)v[3], &path);
    if (result != WASI_SUCCESS) return result;
    return set_times(folder, &path, (uint32_t)v[1], times);
}
TF_WASI_ENTRY(path_filestat_set_times)
