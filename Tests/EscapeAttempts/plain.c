/* plain.c: system calls that are refused whatever they ask. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>

#include "attempts.h"

#define CALL(name) {#name, SYS_##name}

const plain_call plain_calls[] = {
    CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev), CALL(process_madvise),
    CALL(kill), CALL(tkill), CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo), CALL(pidfd_open),
    CALL(pidfd_getfd), CALL(pidfd_send_signal), CALL(kcmp), CALL(wait4), CALL(setpgid), CALL(setsid),
    CALL(bpf), CALL(userfaultfd), CALL(perf_event_open), CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_setup),
    CALL(keyctl), CALL(add_key), CALL(request_key), CALL(seccomp),
    CALL(mount), CALL(umount2), CALL(unshare), CALL(setns), CALL(chroot), CALL(pivot_root), CALL(fsopen),
    CALL(open_tree), CALL(move_mount), CALL(mount_setattr), CALL(open_by_handle_at), CALL(name_to_handle_at),
    CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(kexec_load), CALL(swapon), CALL(acct),
    CALL(setuid), CALL(setgid), CALL(setreuid), CALL(setresuid), CALL(setgroups), CALL(capset), CALL(personality),
    CALL(settimeofday), CALL(clock_settime), CALL(sethostname), CALL(setrlimit), CALL(ioprio_set),
    CALL(memfd_create), CALL(memfd_secret), CALL(pkey_mprotect), CALL(remap_file_pages), CALL(shmget), CALL(shmat),
    CALL(msgget), CALL(semget), CALL(mq_open), CALL(fanotify_init), CALL(quotactl), CALL(syslog), CALL(vhangup),
    CALL(truncate), CALL(chdir), CALL(fchdir), CALL(fchmod), CALL(fchown), CALL(fchownat), CALL(mknodat), CALL(linkat),
    CALL(symlinkat), CALL(setxattr), CALL(fsetxattr), CALL(removexattr), CALL(umask), CALL(bind), CALL(timer_create),
#ifdef __x86_64__
    CALL(fork), CALL(modify_ldt), CALL(iopl), CALL(ioperm), CALL(mknod), CALL(chown), CALL(lchown), CALL(link),
    CALL(symlink), CALL(utime), CALL(utimes), CALL(arch_prctl), CALL(uselib), CALL(alarm), CALL(setitimer),
#endif
    {NULL, 0},
};
