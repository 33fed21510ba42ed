/* EscapeAttempts READABLE WRITABLE OUTSIDE silent|connects|compiler: puts the containment in force over these folders,
 * that of servers or that of compilers, then prints, a line each, what every attempt came to: its name and the errno. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempts.h"
#include "tf_containment.h"

static void print(const char *kind, const char *name, int result) {
    printf("%s %s %d\n", kind, name, result);
    fflush(stdout);
}

const char *within(const char *folder, const char *name) {
    static char paths[4][4096];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void run_all(const char *kind, const attempt *attempts, const places *at) {
    for (; attempts->name; attempts++) print(kind, attempts->name, attempts->run(at));
}

static void run_plain(const plain_call *calls) {
    for (const plain_call *call = calls; call->name; call++) {
        long process = getpid(), result = syscall(call->number, -1, NULL, NULL, NULL, NULL, NULL);
        if (getpid() != process) _exit(0);
        print("escape", call->name, result == -1 ? errno : 0);
    }
}

static void run_named(const char *name, const places *at) {
    for (const attempt *each = escapes; each->name; each++)
        if (strcmp(each->name, name) == 0) print("escape", name, each->run(at));
}

static void print_parts(tf_containment_report report) {
    print("part", "no_new_privileges", report.no_new_privileges);
    print("part", "files", report.files);
    print("part", "calls", report.calls);
}

static int run_as_compiler(const tf_containment *containment, const places *at) {
    print_parts(tf_contain_compiler(containment));
    run_all("need", compiler_needs, at);
    run_all("escape", compiler_escapes, at);
    for (const char *const *name = escapes_of_compilers_too; *name; name++) run_named(*name, at);
    run_plain(compiler_plain_calls);
    print("done", "all", 0);
    return 0;
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    places at = {arguments[1], arguments[2], arguments[3]};
    const char *const readable[] = {at.readable, "/proc/self", "/dev/null", "/dev/urandom", "/etc", "/usr", NULL};
    const char *const writable[] = {at.writable, NULL};
    tf_containment containment = {.readable = readable, .writable = writable};
    if (strcmp(arguments[4], "compiler") == 0) {
        const char *const libraries[] = {"/proc/self", "/dev/urandom", NULL}, *const programs[] = {"/usr", NULL};
        const char *const places_to_write[] = {at.writable, "/dev/null", NULL};
        return run_as_compiler(&(tf_containment){libraries, places_to_write, programs, false}, &at);
    }
    containment.connects = strcmp(arguments[4], "connects") == 0;
    print_parts(tf_contain(&containment));
    run_all("need", needs, &at);
    run_all("request", requests, &at);
    run_all("escape", escapes, &at);
    run_plain(plain_calls);
    print("done", "all", 0);
    return 0;
}
