/* wasi_path_open.c: opening files and folders. */
#include "wasi_internal.h"
#include <fcntl.h>
#include <sys/stat.h>

/* What the guest asked for. */
typedef struct request {
    uint32_t lookup, open_flags;
    uint64_t rights, inheriting;
    uint32_t flags; /* WASI_FDFLAG_… */
    bool readable, writable;
} request;

static int check(const tf_wasi_entry *folder, request *asked) {
    if (asked->lookup & ~1u || asked->open_flags & ~15u || asked->flags & ~31u) return WASI_INVAL;
    uint64_t needed = 0;
    if (asked->open_flags & WASI_OFLAG_CREAT) needed |= WASI_RIGHT_PATH_CREATE_FILE;
    if (asked->open_flags & WASI_OFLAG_TRUNC) needed |= WASI_RIGHT_PATH_FILESTAT_SET_SIZE;
    if (needed & ~folder->rights) return WASI_NOTCAPABLE;
    if (asked->open_flags & WASI_OFLAG_DIRECTORY && needed) return WASI_INVAL;
    asked->writable = asked->rights & WASI_RIGHT_FD_WRITE;
    /* Something has to be asked of the host, and reading is the least: programs open with no rights at all. */
    asked->readable = asked->rights & WASI_RIGHT_FD_READ || !asked->writable;
    if (asked->writable && !(folder->inheriting & WASI_RIGHT_FD_WRITE)) return WASI_NOTCAPABLE;
    /* A read-only grant: opening to read is all that is left. */
    return folder->read_only && (needed || asked->writable) ? WASI_PERM : WASI_SUCCESS;
}

static uint64_t host_flags(const request *asked) {
    /* Never wait for the other end of a pipe, never become a terminal's owner. */
    uint64_t flags = O_NONBLOCK | O_NOCTTY;
    flags |= asked->writable ? (asked->readable ? O_RDWR : O_WRONLY) : O_RDONLY;
    if (!(asked->lookup & WASI_LOOKUP_FOLLOW)) flags |= O_NOFOLLOW;
    if (asked->open_flags & WASI_OFLAG_CREAT) flags |= O_CREAT;
    if (asked->open_flags & WASI_OFLAG_DIRECTORY) flags |= O_DIRECTORY;
    if (asked->open_flags & WASI_OFLAG_EXCL) flags |= O_EXCL;
    if (asked->open_flags & WASI_OFLAG_TRUNC) flags |= O_TRUNC;
    if (asked->flags & WASI_FDFLAG_APPEND) flags |= O_APPEND;
    if (asked->flags & (WASI_FDFLAG_SYNC | WASI_FDFLAG_RSYNC)) flags |= O_SYNC;
    if (asked->flags & WASI_FDFLAG_DSYNC) flags |= O_DSYNC;
    return flags;
}

/* The entry for what was opened, by what it turned out to be. */
static void describe(uint8_t filetype, const tf_wasi_entry *folder, const request *asked, tf_wasi_entry *entry) {
    if (filetype == WASI_FILETYPE_DIRECTORY)
        *entry = (tf_wasi_entry){ .kind = TF_WASI_FOLDER, .filetype = filetype, .rights = WASI_RIGHTS_FOLDER,
            .inheriting = WASI_RIGHTS_FOLDER | WASI_RIGHTS_FILE };
    else *entry = tf_wasi_file_entry(-1, filetype, asked->readable, asked->writable);
    if (filetype == WASI_FILETYPE_CHARACTER_DEVICE) entry->rights &= ~(WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL);
    entry->read_only = folder->read_only;
    entry->flags = (uint16_t)asked->flags;
    entry->rights &= folder->inheriting;
    entry->inheriting &= folder->inheriting;
    if (folder->read_only)
        entry->rights &= ~(WASI_RIGHT_FD_WRITE | WASI_RIGHT_FD_ALLOCATE | WASI_RIGHT_FD_FILESTAT_SET_SIZE);
}

static int entry_for(int fd, const tf_wasi_entry *folder, const request *asked, tf_wasi_entry *entry) {
    struct stat status;
    if (fstat(fd, &status) != 0) return tf_wasi_errno(errno);
    uint8_t filetype = tf_wasi_filetype(status.st_mode);
    describe(filetype, folder, asked, entry);
    entry->host = fd;
    entry->owned = true;
    bool is_plain = filetype == WASI_FILETYPE_DIRECTORY || filetype == WASI_FILETYPE_REGULAR_FILE;
    if (is_plain || asked->flags & WASI_FDFLAG_NONBLOCK) return WASI_SUCCESS;
    /* It was opened without waiting; from now on it waits. */
    int flags = (int)(host_flags(asked) & (O_APPEND | O_SYNC));
    return fcntl(fd, F_SETFL, flags) == 0 ? WASI_SUCCESS : tf_wasi_errno(errno);
}

static int open_on_host(tf_host *host, const tf_wasi_entry *folder, const tf_wasi_path *path, const request *asked,
                        tf_wasi_entry *entry) {
    int fd, result;
    do {
        uint64_t mode = asked->open_flags & WASI_OFLAG_CREAT ? 0666 : 0;
        fd = tf_wasi_open_beneath(folder->host, path->bytes, host_flags(asked), mode);
        if (fd == -EINTR && (result = tf_wasi_interrupted(host)) != WASI_SUCCESS) return result;
    } while (fd == -EINTR);
    if (fd < 0) return tf_wasi_path_errno(-fd);
    result = entry_for(fd, folder, asked, entry);
    if (result != WASI_SUCCESS) close(fd);
    return result;
}

static int open_in_memory(const tf_wasi_entry *folder, const tf_wasi_path *path, const request *asked,
                          tf_wasi_entry *entry) {
    tf_memfs_node *node;
    struct stat status;
    int result = tf_memfs_open(folder->node, path->bytes, (int)host_flags(asked), &node);
    if (result != 0) return tf_wasi_memory_result(result);
    tf_memfs_status(node, &status);
    describe(tf_wasi_filetype(status.st_mode), folder, asked, entry);
    entry->node = node;
    entry->host = -1;
    return WASI_SUCCESS;
}

static int path_open(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *folder, entry;
    tf_wasi_path path;
    int result = tf_wasi_folder(wasi, (uint32_t)v[0], WASI_RIGHT_PATH_OPEN, &folder);
    if (result != WASI_SUCCESS) return result;
    request asked = { .lookup = (uint32_t)v[1], .open_flags = (uint32_t)v[4], .rights = v[5], .inheriting = v[6],
        .flags = (uint32_t)v[7] };
    result = check(folder, &asked);
    if (result == WASI_SUCCESS) result = tf_wasi_read_path(host, (uint32_t)v[2], (uint32_t)v[3], &path);
    if (result != WASI_SUCCESS) return result;
    /* Before anything is created: */
    if (!tf_wasi_bytes(host, (uint32_t)v[8], 4)) return WASI_FAULT;
    if (!tf_wasi_has_room(wasi)) return WASI_MFILE;
    uint32_t descriptor;
    result = folder->node ? open_in_memory(folder, &path, &asked, &entry)
                          : open_on_host(host, folder, &path, &asked, &entry);
    if (result != WASI_SUCCESS) return result;
    result = tf_wasi_insert(wasi, &entry, &descriptor);
    if (result != WASI_SUCCESS) {
        tf_wasi_release(&entry);
        return result;
    }
    return tf_guest_store_u32(host, (uint32_t)v[8], descriptor) ? WASI_SUCCESS : WASI_FAULT;
}
TF_WASI_ENTRY(path_open)
