/* escapes.c: calls that a server makes too, but not like this. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempts.h"

#define ATTEMPT(name) static int name([[maybe_unused]] const places *at)

static int outcome(long result) { return result == -1 ? errno : 0; }

static int try_open(const char *path, int flags) {
    int file = open(path, flags | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    close(file);
    return 0;
}

static int try_map(int protection, int flags, int file) {
    void *memory = mmap(NULL, 4096, protection, flags, file, 0);
    if (memory == MAP_FAILED) return errno;
    munmap(memory, 4096);
    return 0;
}

static int map_file(const places *at, int protection, int flags) {
    int file = open(within(at->writable, "mapped"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 4096) != 0) return 0;
    int result = try_map(protection, flags, file);
    close(file);
    return result;
}

ATTEMPT(read_outside) { return try_open(within(at->outside, "file"), O_RDONLY); }
ATTEMPT(list_outside) { return try_open(at->outside, O_RDONLY | O_DIRECTORY); }
ATTEMPT(climb_outside) { return try_open(within(at->readable, "../../../../root/.profile"), O_RDONLY); }
ATTEMPT(write_outside) { return try_open(within(at->outside, "file"), O_WRONLY); }
ATTEMPT(make_outside) { return try_open(within(at->outside, "new"), O_WRONLY | O_CREAT); }
ATTEMPT(write_served) { return try_open(within(at->readable, "file"), O_WRONLY); }
ATTEMPT(truncate_served) { return try_open(within(at->readable, "file"), O_RDONLY | O_TRUNC); }
ATTEMPT(make_served) { return try_open(within(at->readable, "new"), O_WRONLY | O_CREAT); }
ATTEMPT(write_etc) { return try_open("/etc/hosts", O_WRONLY); }
ATTEMPT(remove_served) { return outcome(unlink(within(at->readable, "file"))); }
ATTEMPT(move_served) { return outcome(rename(within(at->readable, "file"), within(at->writable, "taken"))); }
ATTEMPT(folder_outside) { return outcome(mkdir(within(at->outside, "folder"), 0700)); }
ATTEMPT(open_mode_outside) { return outcome(chmod(within(at->outside, "file"), 0666)); }
ATTEMPT(set_user_id) { return outcome(chmod(within(at->writable, "mapped"), 04755)); }
ATTEMPT(write_own_memory) { return try_open("/proc/self/mem", O_WRONLY); }
ATTEMPT(read_first_process) { return try_open("/proc/1/environ", O_RDONLY); }
ATTEMPT(read_parent) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", getppid());
    return try_open(path, O_RDONLY);
}
ATTEMPT(root_of_self) { return try_open("/proc/self/root/root/.profile", O_RDONLY); }
ATTEMPT(device) { return try_open("/dev/full", O_WRONLY); }

ATTEMPT(writable_code) {
    return try_map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}
ATTEMPT(anonymous_code) { return try_map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1); }
ATTEMPT(writable_code_of_file) { return map_file(at, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE); }
ATTEMPT(shared_code_of_file) { return map_file(at, PROT_READ | PROT_EXEC, MAP_SHARED); }
ATTEMPT(memory_to_code) {
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? 0 : outcome(mprotect(memory, 4096, PROT_READ | PROT_EXEC));
}
ATTEMPT(code_to_memory) {
    /* What may not become code may not make code writable either. */
    uintptr_t page = (uintptr_t)&outcome & ~(uintptr_t)4095;
    return outcome(mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
}

static int try_socket(int family, int type, int protocol) {
    int file = socket(family, type | SOCK_CLOEXEC, protocol);
    if (file < 0) return errno;
    close(file);
    return 0;
}
ATTEMPT(packet_socket) { return try_socket(AF_PACKET, SOCK_RAW, 0); }
ATTEMPT(raw_socket) { return try_socket(AF_INET, SOCK_RAW, 1); }
ATTEMPT(local_socket) { return try_socket(AF_UNIX, SOCK_STREAM, 0); }
ATTEMPT(netlink_socket) { return try_socket(AF_NETLINK, SOCK_RAW, 0); }
ATTEMPT(vm_socket) { return try_socket(AF_VSOCK, SOCK_STREAM, 0); }
ATTEMPT(cipher_socket) { return try_socket(AF_ALG, SOCK_SEQPACKET, 0); }

ATTEMPT(fork_by_libc) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return outcome(child);
}
ATTEMPT(shell) { return system("true") == 0 ? 0 : errno; }
ATTEMPT(new_user) { return outcome(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }
ATTEMPT(thread_of_namespace) {
    return outcome(syscall(SYS_clone, CLONE_THREAD | CLONE_NEWNET, 0, 0, 0, 0));
}
ATTEMPT(signal_parent) { return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0)); }
ATTEMPT(limits_of_parent) {
    struct rlimit limit;
    return outcome(syscall(SYS_prlimit64, getppid(), RLIMIT_CORE, NULL, &limit));
}
ATTEMPT(signal_owner) { return outcome(fcntl(0, F_SETOWN, getppid())); }
ATTEMPT(type_into_terminal) { return outcome(ioctl(0, TIOCSTI, "x")); }
/* As root: before everything else on its processor, for good. */
ATTEMPT(real_time) {
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t times[3]; } all = {
        .size = 48, .policy = 1, .priority = 99};
    return outcome(syscall(SYS_sched_setattr, 0, &all, 0));
}
ATTEMPT(higher_priority) { return outcome(setpriority(PRIO_PROCESS, 0, -5)); }
ATTEMPT(dumpable) { return outcome(prctl(PR_SET_DUMPABLE, 1)); }
ATTEMPT(trace_me) { return outcome(prctl(PR_SET_PTRACER, -1)); }
ATTEMPT(open_descriptors_to_programs) { return outcome(syscall(SYS_close_range, 100, 200, 0)); }
#ifdef __x86_64__
ATTEMPT(x32) { return outcome(syscall(0x40000000 | SYS_getpid)); }
ATTEMPT(i386) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "r8", "r9", "r10", "r11", "memory");
    return result < 0 ? (int)-result : 0;
}
#endif

#define ROW(name) {#name, name}
const attempt escapes[] = {
    ROW(read_outside), ROW(list_outside), ROW(climb_outside), ROW(write_outside), ROW(make_outside), ROW(write_served),
    ROW(truncate_served), ROW(make_served), ROW(write_etc), ROW(remove_served), ROW(move_served), ROW(folder_outside),
    ROW(open_mode_outside), ROW(set_user_id), ROW(write_own_memory), ROW(read_first_process), ROW(read_parent),
    ROW(root_of_self), ROW(device), ROW(writable_code), ROW(anonymous_code), ROW(writable_code_of_file),
    ROW(shared_code_of_file), ROW(memory_to_code), ROW(code_to_memory), ROW(packet_socket), ROW(raw_socket),
    ROW(local_socket), ROW(netlink_socket), ROW(vm_socket), ROW(cipher_socket), ROW(fork_by_libc), ROW(shell),
    ROW(new_user), ROW(thread_of_namespace), ROW(signal_parent), ROW(limits_of_parent), ROW(signal_owner),
    ROW(type_into_terminal), ROW(real_time), ROW(higher_priority), ROW(dumpable), ROW(trace_me), ROW(open_descriptors_to_programs),
#ifdef __x86_64__
    ROW(x32), ROW(i386),
#endif
    {NULL, NULL},
};
