/* needs.c: what a server does all day, and what only one does whose functions may send requests. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/openat2.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "attempts.h"

#define NEED(name) static int name([[maybe_unused]] const places *at)

static int outcome(long result) { return result == -1 ? errno : 0; }

static int opened(int file) {
    if (file < 0) return errno;
    close(file);
    return 0;
}

static void *nothing(void *argument) { return argument; }
NEED(threads) {
    pthread_t thread;
    int failure = pthread_create(&thread, NULL, nothing, NULL);
    return failure ? failure : pthread_join(thread, NULL);
}
NEED(memory) {
    char *memory = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, 4096, PROT_READ | PROT_WRITE) != 0) return errno;
    memory[0] = 1;
    if (madvise(memory, 4096, MADV_DONTNEED) != 0 || madvise(memory, 1 << 20, MADV_DONTDUMP) != 0) return errno;
    return outcome(munmap(memory, 1 << 20));
}
NEED(big_blocks) {
    char *block = malloc(1 << 20), *larger = block ? realloc(block, 8 << 20) : NULL;
    free(larger ? larger : block);
    return larger ? 0 : ENOMEM;
}
NEED(code_of_file) {
    int file = open(within(at->writable, "code"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 4096) != 0) return errno;
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_DENYWRITE, file, 0);
    close(file);
    if (memory == MAP_FAILED) return errno;
    return outcome(munmap(memory, 4096));
}
NEED(read_served) { return opened(open(within(at->readable, "file"), O_RDONLY | O_CLOEXEC)); }
NEED(open_beneath) {
    int folder = open(at->readable, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
    int result = opened((int)syscall(SYS_openat2, folder, "file", &how, sizeof how));
    close(folder);
    return result;
}
NEED(lease) {
    int file = open(within(at->readable, "file"), O_RDONLY | O_CLOEXEC);
    if (file < 0 || fcntl(file, F_SETSIG, SIGURG) != 0 || fcntl(file, F_SETLEASE, F_RDLCK) != 0) return errno;
    fcntl(file, F_SETLEASE, F_UNLCK);
    return opened(file);
}
NEED(make_artifact) {
    mkdir(within(at->writable, "staging"), 0700);
    mkdir(within(at->writable, "staging/one"), 0700);
    mkdir(within(at->writable, "entries"), 0700);
    const char *path = within(at->writable, "staging/one/code");
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0777);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0 || write(file, "x", 1) != 1 || fsync(file) != 0) return errno;
    if (ftruncate(file, 0) != 0 || chmod(path, 0600) != 0 || utimensat(AT_FDCWD, path, NULL, 0) != 0) return errno;
    close(file);
    return outcome(rename(within(at->writable, "staging/one"), within(at->writable, "entries/one")));
}
NEED(remove_artifact) {
    if (unlink(within(at->writable, "entries/one/code")) != 0) return errno;
    return outcome(rmdir(within(at->writable, "entries/one")));
}
NEED(temporary_folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/made-XXXXXX", at->writable);
    return mkdtemp(path) ? 0 : errno;
}
NEED(devices) {
    int result = opened(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return result ? result : opened(open("/dev/urandom", O_RDONLY | O_CLOEXEC));
}
NEED(pages) {
    uint64_t entry;
    int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (file < 0 || pread(file, &entry, 8, (off_t)((uintptr_t)&entry / 4096 * 8)) != 8) return errno;
    return opened(file);
}
NEED(pipe_by_name) {
    int ends[2];
    char path[64];
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETPIPE_SZ, 65536) < 0) return errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    int result = opened(open(path, O_RDONLY | O_CLOEXEC));
    close(ends[0]);
    close(ends[1]);
    return result;
}
NEED(loops) {
    int result = opened(epoll_create1(EPOLL_CLOEXEC));
    if (!result) result = opened(eventfd(0, EFD_CLOEXEC));
    return result ? result : opened(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}
NEED(watches) {
    int queue = inotify_init1(IN_CLOEXEC);
    int result = outcome(inotify_add_watch(queue, at->readable, IN_CLOSE_WRITE));
    close(queue);
    return result;
}
static void ignore(int number) { (void)number; }
NEED(signals) {
    char memory[65536];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory}, none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(&stack, NULL) != 0 || sigaltstack(&none, NULL) != 0) return errno;
    signal(SIGURG, ignore);
    return outcome(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGURG));
}
NEED(thread_names) { return outcome(prctl(PR_SET_NAME, "named")); }
NEED(priorities) { return outcome(setpriority(PRIO_PROCESS, 0, 1)); }
NEED(barriers) { return outcome(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0)); }
NEED(random_bytes) {
    char byte;
    return outcome(getrandom(&byte, 1, 0));
}
NEED(limits) {
    struct rlimit limit;
    return outcome(getrlimit(RLIMIT_NOFILE, &limit));
}

NEED(internet_socket) { return opened(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }
NEED(names_of_hosts) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int failure = getaddrinfo("localhost", "80", &hints, &found);
    if (found) freeaddrinfo(found);
    return failure ? EHOSTUNREACH : 0;
}
/* Nobody listens there: refused by the peer is reached. */
NEED(connection) {
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0) return errno;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int result = outcome(connect(file, (struct sockaddr *)&address, sizeof address));
    close(file);
    return result == ECONNREFUSED ? 0 : result;
}

#define ROW(name) {#name, name}
const attempt needs[] = {
    ROW(threads), ROW(memory), ROW(big_blocks), ROW(code_of_file), ROW(read_served), ROW(open_beneath), ROW(lease),
    ROW(make_artifact), ROW(remove_artifact), ROW(temporary_folder), ROW(devices), ROW(pages), ROW(pipe_by_name),
    ROW(loops), ROW(watches), ROW(signals), ROW(thread_names), ROW(priorities), ROW(barriers), ROW(random_bytes),
    ROW(limits), {NULL, NULL},
};
const attempt requests[] = {ROW(internet_socket), ROW(names_of_hosts), ROW(connection), {NULL, NULL}};
