/* containment_files.c: which files may be opened, by Landlock.
 *
 * It looks at paths when files are opened, linked, renamed; what is open already stays so, and a descriptor's file is
 * looked at by its own place, not by the /proc/self/fd it was named with. It has no say in what modes, owners, time
 * stamps and sizes of paths are asked: the filter of calls leaves out what could change them. */
#define _GNU_SOURCE
#include "tf_file_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>


/* As in <linux/landlock.h>, which older systems have without the later versions' members. */
typedef struct rules_attribute {
    uint64_t files, ports, scopes;
} rules_attribute;

typedef struct __attribute__((packed)) beneath_attribute {
    uint64_t allowed;
    int32_t folder;
} beneath_attribute;

enum { create_version = 1, beneath_rule = 1 }; /* LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH */

enum {
    execute = 1 << 0,
    write_file = 1 << 1,
    read_file = 1 << 2,
    read_folder = 1 << 3,
    remove_folder = 1 << 4,
    remove_file = 1 << 5,
    make_folder = 1 << 7,
    make_file = 1 << 8,
    every_make = 0x7F << 6, /* devices, folders, files, sockets, pipes, symbolic links */
    move = 1 << 13,         /* since version 2, without which renaming between folders always fails */
    truncate_file = 1 << 14, /* 3 */
    control_device = 1 << 15, /* 5 */

    bind_port = 1 << 0,     /* 4 */
    connect_port = 1 << 1,
    unix_scope = 1 << 0,    /* 6: abstract sockets, signals */
    signal_scope = 1 << 1,

    reading = read_file | read_folder,
    writing = reading | write_file | remove_folder | remove_file | make_folder | make_file | move | truncate_file,
    of_files = execute | read_file | write_file | truncate_file | control_device,
};

static uint64_t handled(int version) {
    uint64_t rights = execute | writing | every_make;
    if (version < 3) rights &= ~(uint64_t)truncate_file;
    if (version >= 5) rights |= control_device;
    return rights;
}

/* Returns 0 or the errno. */
static int allow_beneath(int rules, const char *path, uint64_t rights) {
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return errno;
    struct stat status = {0};
    int failure = fstat(place, &status) == 0 ? 0 : errno;
    if (!S_ISDIR(status.st_mode)) rights &= of_files;
    beneath_attribute attribute = {.allowed = rights, .folder = place};
    if (!failure && syscall(SYS_landlock_add_rule, rules, beneath_rule, &attribute, 0) != 0) failure = errno;
    /* A rule is about an inode, and /proc forgets its own and makes new ones: not of what is open. */
    if (failure || strncmp(path, "/proc/", 6) != 0) close(place);
    return failure;
}

/* Skips what is missing. */
static int allow_those(int rules, const char *const *paths, uint64_t rights) {
    for (const char *const *path = paths; path && *path; path++) {
        int failure = allow_beneath(rules, *path, rights);
        if (failure && failure != ENOENT && failure != ENOTDIR && failure != EACCES) return failure;
    }
    return 0;
}

static int allow_all(int rules, const tf_containment *containment, uint64_t rights) {
    int refused = allow_those(rules, containment->readable, rights & reading);
    if (!refused) refused = allow_those(rules, containment->programs, rights & (reading | execute));
    if (refused) return refused;
    for (const char *const *path = containment->writable; *path; path++) {
        int failure = allow_beneath(rules, *path, rights & writing);
        if (failure) return failure;
    }
    return 0;
}

static int restrict_to(int rules, const tf_containment *containment, uint64_t rights) {
    int failure = allow_all(rules, containment, rights);
    if (failure) return failure;
    return syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno;
}

int tf_file_rules_install(const tf_containment *containment, int *version) {
    long found = syscall(SYS_landlock_create_ruleset, NULL, 0, create_version);
    if (found < 0) return errno;
    *version = (int)found;
    /* The cache moves folders. */
    if (found < 2) return EOPNOTSUPP;
    rules_attribute attribute = {.files = handled(*version)};
    if (found >= 4) attribute.ports = bind_port | (containment->connects ? 0 : connect_port);
    if (found >= 6) attribute.scopes = unix_scope | signal_scope;
    long rules = syscall(SYS_landlock_create_ruleset, &attribute, sizeof attribute, 0);
    if (rules < 0) return errno;
    int failure = restrict_to((int)rules, containment, attribute.files);
    close((int)rules);
    return failure;
}
