/* tf_program.h: starting a compiler, which works on what a stranger wrote: within bounds, and with nothing of ours. */
#ifndef TF_PROGRAM_H
#define TF_PROGRAM_H

#include <stdint.h>

typedef struct tf_program {
    const char *path;                /* of an executable file; no search */
    const char *const *arguments;    /* NULL at the end, the program's name first */
    const char *const *environment;  /* NULL at the end */
    const char *folder;              /* where it runs */
    int output;                      /* its standard output and error; its standard input is empty */
    uint64_t memory;                 /* bytes of address space for each of its processes */
    uint64_t file_size;              /* bytes of the largest file it may write */
    uint32_t seconds;                /* of processor time for each of its processes */
    int nice;                        /* added to this process's niceness */
} tf_program;

/* Starts it as the first of a process group of its own, which a signal to the negated number reaches. It dies with
 * the calling thread. Returns its number, or the negated errno: also if it cannot be executed. */
int tf_start_program(const tf_program *program);

/* The level of this processor as the x86-64 psABI counts them, 1 to 3; 0 on others. */
int tf_processor_level(void);

#endif
