/* attempts.h: what native code that has broken out of a guest's sandbox would try, and what the server itself needs.
 *
 * Each attempt returns 0 if it succeeded, else the errno. */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

typedef struct places {
    const char *readable; /* a folder with a file `file` */
    const char *writable; /* a folder */
    const char *outside;  /* a folder with a file `file`, which may neither be read nor written */
} places;

typedef struct attempt {
    const char *name;
    int (*run)(const places *at);
} attempt;

extern const attempt escapes[], needs[], requests[]; /* a NULL name ends */

/* System calls that nothing here needs; they are made without sensible arguments. */
typedef struct plain_call {
    const char *name;
    long number;
} plain_call;
extern const plain_call plain_calls[];

/* The same for what compilers run in: beside their own escapes, those of the others that are named. */
extern const attempt compiler_escapes[], compiler_needs[];
extern const char *const escapes_of_compilers_too[]; /* NULL ends */
extern const plain_call compiler_plain_calls[];

/* The path of a name in a folder; good until the next call but three. */
const char *within(const char *folder, const char *name);

#endif
