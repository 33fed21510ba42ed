/* compilers.c: what compilers do, and what code would try that took one over by what it was given to compile. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempts.h"

#define NEED(name) static int name([[maybe_unused]] const places *at)
#define ATTEMPT(name) NEED(name)

static int outcome(long result) { return result == -1 ? errno : 0; }

static int run_program(const char *path) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        char *const arguments[] = {(char *)path, NULL}, *const environment[] = {NULL};
        execve(path, arguments, environment);
        _exit(errno);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

NEED(program) { return run_program("/usr/bin/true"); }
NEED(read_system) {
    int file = open("/usr/bin/true", O_RDONLY | O_CLOEXEC);
    return file < 0 ? errno : outcome(close(file));
}
NEED(write_object) {
    const char *path = within(at->writable, "object.o"), *moved = within(at->writable, "moved.o");
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || write(file, "x", 1) != 1 || ftruncate(file, 4096) != 0 || fchmod(file, 0755) != 0) return errno;
    close(file);
    if (rename(path, moved) != 0) return errno;
    return outcome(unlink(moved));
}
NEED(discard) {
    int file = open("/dev/null", O_RDWR | O_CLOEXEC);
    return file < 0 ? errno : outcome(close(file));
}
NEED(end_child) {
    pid_t child = fork();
    if (child == 0) pause();
    if (child < 0 || kill(child, SIGKILL) != 0) return errno;
    return outcome(waitpid(child, NULL, 0));
}
const attempt compiler_needs[] = {
    {"program", program}, {"read_system", read_system}, {"write_object", write_object}, {"discard", discard},
    {"end_child", end_child}, {NULL, NULL},
};

ATTEMPT(program_outside) { return run_program(within(at->outside, "file")); }
ATTEMPT(program_it_made) {
    const char *path = within(at->writable, "program");
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    if (file < 0 || write(file, "#!/bin/sh\n", 10) != 10) return 0;
    close(file);
    return run_program(path);
}
ATTEMPT(passwords) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }
ATTEMPT(shadow) { return open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }
ATTEMPT(internet) { return outcome(socket(AF_INET, SOCK_STREAM, 0)); }
ATTEMPT(services) { return outcome(socket(AF_UNIX, SOCK_STREAM, 0)); }
ATTEMPT(kill_parent) { return outcome(kill(getppid(), 0)); }
ATTEMPT(new_network) { return outcome(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0)); }
const attempt compiler_escapes[] = {
    {"program_outside", program_outside}, {"program_it_made", program_it_made}, {"passwords", passwords},
    {"shadow", shadow}, {"internet", internet}, {"services", services}, {"kill_parent", kill_parent},
    {"new_network", new_network}, {NULL, NULL},
};

const char *const escapes_of_compilers_too[] = {
    "read_outside", "list_outside", "climb_outside", "write_outside", "make_outside", "write_served",
    "truncate_served", "make_served", "write_etc", "remove_served", "folder_outside", "read_first_process",
    "read_parent", "root_of_self", "device", "packet_socket", "raw_socket", "local_socket", "netlink_socket",
    "vm_socket", "cipher_socket", "new_user", "signal_parent", "type_into_terminal", "real_time", "higher_priority",
    "x32", "i386", NULL,
};

#define CALL(name) {#name, SYS_##name}
const plain_call compiler_plain_calls[] = {
    CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev), CALL(process_madvise), CALL(tkill),
    CALL(rt_sigqueueinfo), CALL(pidfd_open), CALL(pidfd_getfd), CALL(pidfd_send_signal), CALL(kcmp), CALL(bpf),
    CALL(userfaultfd), CALL(perf_event_open), CALL(io_uring_setup), CALL(io_uring_enter), CALL(keyctl), CALL(add_key),
    CALL(request_key), CALL(seccomp), CALL(mount), CALL(umount2), CALL(unshare), CALL(setns), CALL(chroot),
    CALL(pivot_root), CALL(fsopen), CALL(open_tree), CALL(move_mount), CALL(mount_setattr), CALL(open_by_handle_at),
    CALL(init_module), CALL(finit_module), CALL(kexec_load), CALL(swapon), CALL(acct), CALL(settimeofday),
    CALL(clock_settime), CALL(sethostname), CALL(shmget), CALL(semget), CALL(msgget), CALL(mq_open),
    CALL(fanotify_init), CALL(quotactl), CALL(syslog), CALL(fchown), CALL(setxattr), CALL(mknodat), CALL(bind),
    CALL(connect), CALL(listen), CALL(accept4), CALL(sendto), CALL(sendmsg), CALL(recvmsg), CALL(socketpair),
    {NULL, 0},
};
