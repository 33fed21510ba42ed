/* EscapeAttempts READABLE WRITABLE OUTSIDE silent|connects: puts the containment in force over these folders, then
 * prints, a line each, what every attempt came to: its name and the errno. */
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

static void run_plain(void) {
    for (const plain_call *call = plain_calls; call->name; call++) {
        long process = getpid(), result = syscall(call->number, -1, NULL, NULL, NULL, NULL, NULL);
        if (getpid() != process) _exit(0);
        print("escape", call->name, result == -1 ? errno : 0);
    }
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    places at = {arguments[1], arguments[2], arguments[3]};
    const char *const readable[] = {at.readable, "/proc/self", "/dev/null", "/dev/urandom", "/etc", "/usr", NULL};
    const char *const writable[] = {at.writable, NULL};
    tf_containment containment = {.readable = readable, .writable = writable};
    containment.connects = strcmp(arguments[4], "connects") == 0;
    tf_containment_report report = tf_contain(&containment);
    print("part", "no_new_privileges", report.no_new_privileges);
    print("part", "files", report.files);
    print("part", "calls", report.calls);
    run_all("need", needs, &at);
    run_all("request", requests, &at);
    run_all("escape", escapes, &at);
    run_plain();
    print("done", "all", 0);
    return 0;
}
