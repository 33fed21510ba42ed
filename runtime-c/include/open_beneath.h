/* open_beneath.h: opening files that a client named, never outside a folder. */
#ifndef TF_OPEN_BENEATH_H
#define TF_OPEN_BENEATH_H

#include <stdbool.h>
#include <stdint.h>

/* What tells one content of a file from another without reading it, and what kind of file it is. */
typedef struct tf_file_identity {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified; /* nanoseconds since the epoch */
    int64_t changed;  /* nanoseconds since the epoch, of the inode */
    uint32_t mode;
} tf_file_identity;

/* Opens a folder to look in. Returns the descriptor or the negated errno. */
int tf_open_folder(const char *path);

/* The same beneath a folder, never outside of it. */
int tf_open_folder_beneath(int folder, const char *path);

/* The same for a single name, which must not be a link. */
int tf_open_own_folder(int folder, const char *name);

/* Opens the regular file or directory at `path`, relative to the folder, for reading. Never leaves the folder, not
 * even by a symbolic link, never waits for the other end of a pipe, and never opens a device.
 * Returns the descriptor, or the negated errno; ENXIO stands for a file of another kind. */
int tf_open_beneath(int folder, const char *path, tf_file_identity *identity);

/* The identity of an open file. Returns 0 or the negated errno. */
int tf_identify(int file, tf_file_identity *identity);

/* Keeps writers out while a file is read. Returns 1 when nobody has it open for writing, and then who opens it
 * for writing waits until tf_allow_writers (or until the descriptor is closed, or the system's patience ends);
 * 0 when somebody is writing; or the negated errno when the file system or the file's owner does not let us know. */
int tf_hold_writers(int file);
void tf_allow_writers(int file);

#endif
