/* tf_memfs.h: a tree of files that lives in memory, for one guest, and ends with it.
 *
 * It does what Linux does with files, folders, links and names, as far as a guest of WASI can see that; results are 0
 * (or a count) or a negative errno. It knows nothing of WASI. Its nodes, names and contents together take at most the
 * bytes it was made with; beyond them: -ENOSPC. Used by one thread at a time.
 *
 * Paths are NUL-terminated, and resolved beneath the folder they start from: what leads above it, or is absolute, a
 * target of a link too, is -EXDEV, as openat2 has it for RESOLVE_BENEATH. A path has less than PATH_MAX bytes also with
 * the targets of links put in. Times are those of the kernel's last tick: finer ones would be a clock. Names are hashed
 * with a key of the tree's own, so that nobody can make them collide.
 */
#ifndef TF_MEMFS_H
#define TF_MEMFS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

typedef struct tf_memfs tf_memfs;
typedef struct tf_memfs_node tf_memfs_node;

/* --- the tree as a whole --- */

/* `device` is what all its nodes tell as the device they are on. NULL when out of memory. */
tf_memfs *tf_memfs_create(uint64_t limit, uint64_t device);
/* Frees everything, what is held included. NULL is nothing. */
void tf_memfs_destroy(tf_memfs *);
tf_memfs_node *tf_memfs_root(tf_memfs *);
tf_memfs *tf_memfs_tree(const tf_memfs_node *);
/* Whether something was refused for want of room; and the bytes that are taken. */
bool tf_memfs_limit_reached(const tf_memfs *);
uint64_t tf_memfs_used(const tf_memfs *);

/* --- nodes --- */

/* A node lives while it has a name or is held; what resolves a path holds what it found. */
void tf_memfs_hold(tf_memfs_node *);
void tf_memfs_release(tf_memfs_node *);
/* Kind, size, links, device, number and times; everything else is 0. */
void tf_memfs_status(const tf_memfs_node *, struct stat *status);
/* As futimens has them: nanoseconds may be UTIME_NOW or UTIME_OMIT. */
void tf_memfs_set_times(tf_memfs_node *, const struct timespec times[2]);

/* --- contents of a file --- */

ssize_t tf_memfs_read(tf_memfs_node *, const struct iovec *buffers, int count, uint64_t offset);
/* What fits is written; nothing of it: -ENOSPC. */
ssize_t tf_memfs_write(tf_memfs_node *, const struct iovec *buffers, int count, uint64_t offset);
uint64_t tf_memfs_size(const tf_memfs_node *);
int tf_memfs_resize(tf_memfs_node *, uint64_t size);
/* Makes the file at least so long and sees to it that these bytes can be written. */
int tf_memfs_reserve(tf_memfs_node *, uint64_t offset, uint64_t length);
/* Whether there is room for that, taking nothing. */
int tf_memfs_check_reserve(tf_memfs_node *, uint64_t offset, uint64_t length);

/* --- entries of a folder --- */

typedef struct tf_memfs_entry {
    const char *name; /* until the folder changes */
    uint64_t cookie;  /* stays, and so do those of the others, whatever comes and goes */
    const tf_memfs_node *node;
} tf_memfs_entry;

/* The entry behind the one with that cookie, "." and ".." first; false at the end. Cookie 0 is the start. */
bool tf_memfs_next(const tf_memfs_node *folder, uint64_t cookie, tf_memfs_entry *entry);

/* --- paths --- */

/* `flags`: O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, and the access mode. Holds what it finds. */
int tf_memfs_open(tf_memfs_node *folder, const char *path, int flags, tf_memfs_node **found);
/* For metadata: a link itself can be what is found. Holds what it finds. */
int tf_memfs_find(tf_memfs_node *folder, const char *path, bool follow, tf_memfs_node **found);
int tf_memfs_create_folder(tf_memfs_node *folder, const char *path);
int tf_memfs_remove_folder(tf_memfs_node *folder, const char *path);
int tf_memfs_unlink(tf_memfs_node *folder, const char *path);
/* Both folders are of the same tree. */
int tf_memfs_rename(tf_memfs_node *folder, const char *path, tf_memfs_node *to_folder, const char *to_path);
int tf_memfs_link(tf_memfs_node *folder, const char *path, tf_memfs_node *to_folder, const char *to_path);
int tf_memfs_symlink(const char *target, tf_memfs_node *folder, const char *path);
/* Copies at most `size` bytes of the target; returns how many. */
ssize_t tf_memfs_readlink(tf_memfs_node *folder, const char *path, char *target, size_t size);

#endif
