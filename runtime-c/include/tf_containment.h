/* tf_containment.h: what a process may still ask of the kernel once strangers' code runs in it.
 *
 * A guest that broke out of its sandbox would run native code with all that the process may do. This makes it little:
 * no other programs, no other processes, no new code but that of files, few files, few sockets. It is put in force
 * once, by a thread that has not started any other yet: what it starts inherits it, and nobody can undo it.
 *
 * A refused call is an error to its caller (EPERM, EACCES), not the end of the process. A crash is the end of it, at
 * once: handlers of crashes that were installed before are gone. */
#ifndef TF_CONTAINMENT_H
#define TF_CONTAINMENT_H

#include <stdbool.h>

typedef struct tf_containment {
    const char *const *readable; /* files, and folders beneath which may be read; NULL ends; skips what is missing */
    const char *const *writable; /* folders beneath which may be read, made, written and removed; NULL ends */
    const char *const *programs; /* as readable, and what lies there may be run; NULL ends, or stands for none */
    bool connects;               /* whether requests go out: sockets of TCP and UDP may be made and connected */
} tf_containment;

/* By part: 0 if it is in force, else the errno with which the kernel refused. */
typedef struct tf_containment_report {
    int no_new_privileges; /* no program started from here gains any; the other parts need it */
    int privileges;        /* those of root but for files are given up */
    int files;             /* Landlock */
    int files_version;     /* of Landlock's interface; 0 if there is none */
    int calls;             /* the filter of system calls (seccomp) */
} tf_containment_report;

tf_containment_report tf_contain(const tf_containment *containment);

/* The same for a process that runs compilers, on what strangers wrote: they may start programs and processes, and have
 * no sockets, no looks into others, none of the kernel's doors that no compiler uses. `connects` has no effect. */
tf_containment_report tf_contain_compiler(const tf_containment *containment);

#endif
