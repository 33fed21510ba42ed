/* program.c: see tf_program.h. */
#define _GNU_SOURCE
#include "tf_program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#if defined(__x86_64__)
#include <sys/platform/x86.h>
#endif
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int bound(int resource, uint64_t most) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return -1;
    if (limit.rlim_max > most) limit.rlim_max = most;
    if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    return setrlimit(resource, &limit);
}

static int bound_all(const tf_program *program) {
    if (bound(RLIMIT_AS, program->memory) != 0 || bound(RLIMIT_FSIZE, program->file_size) != 0) return -1;
    return bound(RLIMIT_CPU, program->seconds) != 0 || bound(RLIMIT_CORE, 0) != 0 ? -1 : 0;
}

static int arrange_descriptors(const tf_program *program, int *report) {
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0) return -1;
    /* Above the first three, so that none is overwritten before it is used. */
    int output = fcntl(program->output, F_DUPFD_CLOEXEC, 3);
    *report = fcntl(*report, F_DUPFD_CLOEXEC, 3);
    if (output < 0 || *report < 0) return -1;
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0) return -1;
    return close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

/* In the copy: nothing but calls of the system, since other threads may have held any lock. */
static _Noreturn void become(const tf_program *program, pid_t original, int report) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < SIGRTMIN; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    umask(077);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == original && sigprocmask(SIG_SETMASK, &none, NULL) == 0 && chdir(program->folder) == 0 &&
        arrange_descriptors(program, &report) == 0 && bound_all(program) == 0) {
        /* Less urgent is as well as can be. */
        if (nice(program->nice) == -1) errno = 0;
        execve(program->path, (char *const *)program->arguments, (char *const *)program->environment);
    }
    int error = errno ? errno : ECANCELED;
    ssize_t written = write(report, &error, sizeof error);
    _exit(written == sizeof error ? 127 : 126);
}

int tf_start_program(const tf_program *program) {
    int ends[2], error = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    pid_t original = getpid(), copy = fork();
    if (copy == 0) become(program, original, ends[1]);
    error = copy < 0 ? errno : 0;
    close(ends[1]);
    if (copy > 0) {
        ssize_t count;
        do count = read(ends[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (count != sizeof error) error = 0; /* closed by the program's start */
        if (error) waitpid(copy, NULL, 0);
    }
    close(ends[0]);
    return error ? -error : copy;
}

#if defined(__x86_64__)
/* What the C library found out when it started. The compiler's builtins would have every program of this runtime ask
 * the processor again at its start, and where that is a virtual one, each question takes 10 us. */
int tf_processor_level(void) {
    if (!CPU_FEATURE_ACTIVE(SSE4_2) || !CPU_FEATURE_ACTIVE(POPCNT)) return 1;
    /* What level 3 has besides comes with these: no processor has them without it. */
    int has_vectors = CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(FMA);
    return has_vectors && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(BMI2) ? 3 : 2;
}
#else
int tf_processor_level(void) { return 0; }
#endif
