/* containment_compiler.c: see tf_contain_compiler in tf_containment.h.
 *
 * Compilers are many programs in many versions, so it is not listed what they need but what none needs: what leads out
 * of the process and the files that it may reach. Starting programs is let be; Landlock has a say in which. */
#define _GNU_SOURCE
#include <asm/ioctls.h>
#include <asm/unistd.h>
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>

#include "tf_call_filter.h"
#include "tf_containment.h"
#include "tf_file_rules.h"
#include "tf_privileges.h"

#define REFUSE(call) {.number = __NR_##call, .error = EPERM}
/* If any of these bits is set: one row for each. */
#define REFUSE_BIT(call, argument, bit) \
    {.number = __NR_##call, .error = EPERM, .tests = {{.mask = (bit), .half = 2 * (argument), .count = 1, .values = {(bit)}}}}
#define REFUSE_VALUE(call, argument, value) \
    {.number = __NR_##call, .error = EPERM, \
     .tests = {{.mask = UINT32_MAX, .half = 2 * (argument), .count = 1, .values = {(value)}}}}

/* The first number that was not yet known when this was written, on all machines. */
enum { unknown_calls = 451 };

static const tf_call_row refused[] = {
    /* Other processes, seen from within. */
    REFUSE_BIT(clone, 0, CLONE_NEWNS), REFUSE_BIT(clone, 0, CLONE_NEWCGROUP), REFUSE_BIT(clone, 0, CLONE_NEWUTS),
    REFUSE_BIT(clone, 0, CLONE_NEWIPC), REFUSE_BIT(clone, 0, CLONE_NEWUSER), REFUSE_BIT(clone, 0, CLONE_NEWPID),
    REFUSE_BIT(clone, 0, CLONE_NEWNET),
    /* Its arguments no filter sees; the C library then uses the one above. */
    {.number = __NR_clone3, .error = ENOSYS},
    /* Writing as somebody at the terminal. */
    REFUSE_VALUE(ioctl, 1, TIOCSTI), REFUSE_VALUE(ioctl, 1, TIOCLINUX),

    /* Other machines, other services. */
    REFUSE(socket), REFUSE(socketpair), REFUSE(bind), REFUSE(connect), REFUSE(listen), REFUSE(accept), REFUSE(accept4),
    REFUSE(sendto), REFUSE(sendmsg), REFUSE(sendmmsg), REFUSE(recvmsg), REFUSE(recvmmsg),
    /* Other processes. */
    REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev), REFUSE(process_madvise), REFUSE(kcmp),
    REFUSE(pidfd_open), REFUSE(pidfd_getfd), REFUSE(pidfd_send_signal), REFUSE(tkill), REFUSE(rt_sigqueueinfo),
    REFUSE(rt_tgsigqueueinfo), REFUSE(migrate_pages), REFUSE(move_pages), REFUSE(process_mrelease),
    /* Memory and messages between processes that last. */
    REFUSE(shmget), REFUSE(shmat), REFUSE(shmctl), REFUSE(semget), REFUSE(semctl), REFUSE(semop), REFUSE(semtimedop),
    REFUSE(msgget), REFUSE(msgsnd), REFUSE(msgrcv), REFUSE(msgctl), REFUSE(mq_open), REFUSE(mq_unlink),
    /* Other worlds. */
    REFUSE(unshare), REFUSE(setns), REFUSE(mount), REFUSE(umount2), REFUSE(pivot_root), REFUSE(chroot),
    REFUSE(open_tree), REFUSE(move_mount), REFUSE(fsopen), REFUSE(fsconfig), REFUSE(fsmount), REFUSE(fspick),
    REFUSE(mount_setattr), REFUSE(name_to_handle_at), REFUSE(open_by_handle_at),
    /* The kernel's less tested doors. */
    REFUSE(bpf), REFUSE(perf_event_open), REFUSE(io_uring_setup), REFUSE(io_uring_enter), REFUSE(io_uring_register),
    REFUSE(userfaultfd), REFUSE(add_key), REFUSE(request_key), REFUSE(keyctl), REFUSE(fanotify_init),
    REFUSE(fanotify_mark), REFUSE(seccomp), REFUSE(memfd_secret), REFUSE(lookup_dcookie), REFUSE(vmsplice),
    REFUSE(personality), REFUSE(io_setup), REFUSE(io_submit),
    /* Landlock has no say in who owns a file and what is noted beside it. */
    REFUSE(fchown), REFUSE(fchownat), REFUSE(setxattr), REFUSE(lsetxattr), REFUSE(fsetxattr), REFUSE(removexattr),
    REFUSE(lremovexattr), REFUSE(fremovexattr), REFUSE(mknodat),
    /* The machine's. */
    REFUSE(init_module), REFUSE(finit_module), REFUSE(delete_module), REFUSE(kexec_load), REFUSE(reboot),
    REFUSE(swapon), REFUSE(swapoff), REFUSE(acct), REFUSE(quotactl), REFUSE(quotactl_fd), REFUSE(settimeofday),
    REFUSE(clock_settime), REFUSE(clock_adjtime), REFUSE(adjtimex), REFUSE(sethostname), REFUSE(setdomainname),
    REFUSE(syslog), REFUSE(vhangup), REFUSE(nfsservctl),
#ifdef __x86_64__
    REFUSE(chown), REFUSE(lchown), REFUSE(mknod), REFUSE(iopl), REFUSE(ioperm), REFUSE(modify_ldt), REFUSE(_sysctl),
#endif
};

tf_containment_report tf_contain_compiler(const tf_containment *containment) {
    tf_containment nowhere = *containment;
    nowhere.connects = false;
    tf_containment_report report = {0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) report.no_new_privileges = errno;
    report.privileges = tf_drop_privileges();
    report.files = tf_file_rules_install(&nowhere, &report.files_version);
    report.calls = tf_call_filter_refuse(refused, sizeof refused / sizeof *refused, unknown_calls);
    return report;
}
