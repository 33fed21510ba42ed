/* containment_filter.c: rows of rules into a BPF program, a row after the other.
 *
 * The kernel runs the program once per number without looking at arguments, and remembers which calls are always
 * allowed; those cost next to nothing. The others run it, so rows with tests stand first. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tf_call_filter.h"

#if defined(__x86_64__)
#define TF_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define TF_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum { capacity = 1024, x32_numbers = 0x40000000 };

typedef struct program {
    struct sock_filter code[capacity];
    unsigned short count;
    bool is_full;
} program;

static void add(program *to, uint16_t operation, uint32_t operand, uint8_t if_true, uint8_t if_false) {
    if (to->count == capacity) {
        to->is_full = true;
        return;
    }
    to->code[to->count++] =
        (struct sock_filter){.code = operation, .jt = if_true, .jf = if_false, .k = operand};
}

static void load(program *to, size_t offset) { add(to, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }
static void end(program *to, uint32_t action) { add(to, BPF_RET | BPF_K, action, 0, 0); }

static void load_number(program *to) { load(to, offsetof(struct seccomp_data, nr)); }

static unsigned test_length(const tf_call_test *test) {
    return test->mask ? 1 + (test->mask != UINT32_MAX) + test->count : 0;
}

/* Goes on behind itself if the test holds, else over `rest` instructions more. */
static void add_test(program *to, const tf_call_test *test, unsigned rest) {
    if (!test->mask) return;
    /* Both machines are little-endian: the low half comes first. */
    load(to, offsetof(struct seccomp_data, args) + 4 * (size_t)test->half);
    if (test->mask != UINT32_MAX) add(to, BPF_ALU | BPF_AND | BPF_K, test->mask, 0, 0);
    for (unsigned i = 0; i < test->count; i++) {
        unsigned left = test->count - 1 - i;
        uint32_t value = test->values[i] == TF_OWN_PROCESS ? (uint32_t)getpid() : test->values[i];
        add(to, BPF_JMP | BPF_JEQ | BPF_K, value, (uint8_t)left, (uint8_t)(left ? 0 : rest));
    }
}

static void add_row(program *to, const tf_call_row *row) {
    unsigned first = test_length(&row->tests[0]), second = test_length(&row->tests[1]);
    /* After the tests: what it comes to, and the number loaded again for the next row if they fail. */
    unsigned body = first + second + 1 + (first ? 1 : 0);
    add(to, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, (uint8_t)body);
    add_test(to, &row->tests[0], second + 1);
    add_test(to, &row->tests[1], 1);
    end(to, row->error ? SECCOMP_RET_ERRNO | row->error : SECCOMP_RET_ALLOW);
    if (first) load_number(to);
}

#ifdef TF_ARCHITECTURE
static void begin(program *to) {
    const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
    load(to, offsetof(struct seccomp_data, arch));
    add(to, BPF_JMP | BPF_JEQ | BPF_K, TF_ARCHITECTURE, 1, 0);
    end(to, refuse);
    load_number(to);
    add(to, BPF_JMP | BPF_JGE | BPF_K, x32_numbers, 0, 1);
    end(to, refuse);
}

/* Returns 0 or the errno. */
static int install(const program *built) {
    if (built->is_full) return E2BIG;
    struct sock_fprog filter = {.len = built->count, .filter = (struct sock_filter *)built->code};
    /* Above 0: a thread that has another filter, which nothing here installs. */
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    return result == 0 ? 0 : result > 0 ? EBUSY : errno;
}
#endif

int tf_call_filter_install(bool connects) {
#ifdef TF_ARCHITECTURE
    static program built;
    built.count = 0;
    begin(&built);
    for (size_t i = 0; i < tf_call_row_count; i++)
        if (connects || !tf_call_rows[i].connects) add_row(&built, &tf_call_rows[i]);
    end(&built, SECCOMP_RET_ERRNO | EPERM);
    return install(&built);
#else
    (void)connects;
    return ENOTSUP;
#endif
}

int tf_call_filter_refuse(const tf_call_row *rows, size_t count, uint32_t unknown) {
#ifdef TF_ARCHITECTURE
    static program built;
    built.count = 0;
    begin(&built);
    add(&built, BPF_JMP | BPF_JGE | BPF_K, unknown, 0, 1);
    end(&built, SECCOMP_RET_ERRNO | ENOSYS);
    for (size_t i = 0; i < count; i++) add_row(&built, &rows[i]);
    end(&built, SECCOMP_RET_ALLOW);
    return install(&built);
#else
    (void)rows, (void)count, (void)unknown;
    return ENOTSUP;
#endif
}
