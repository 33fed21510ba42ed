/* guest.h: the WASI calls that the benchmark's guests make. No libc. */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) name

typedef struct buffer {
    uint8_t *bytes;
    size_t length;
} buffer;

uint16_t WASI(fd_read)(int file, const buffer *buffers, size_t count, size_t *done);
uint16_t WASI(fd_write)(int file, const buffer *buffers, size_t count, size_t *done);
uint16_t WASI(fd_close)(int file);
uint16_t WASI(fd_readdir)(int file, uint8_t *out, size_t room, uint64_t cookie, size_t *used);
uint16_t WASI(path_open)(int folder, uint32_t lookup, const char *path, size_t length, uint16_t flags, uint64_t rights,
                         uint64_t inheriting, uint16_t file_flags, int *opened);
uint16_t WASI(path_filestat_get)(int folder, uint32_t lookup, const char *path, size_t length, uint64_t *status);
uint16_t WASI(clock_time_get)(uint32_t clock, uint64_t precision, uint64_t *time);
uint16_t WASI(random_get)(uint8_t *bytes, size_t count);

enum { FOLDER = 3 };

/* Everything here must succeed. */
static inline void check(uint16_t error) {
    if (error) __builtin_trap();
}

static inline void write_all(const uint8_t *bytes, size_t length) {
    while (length) {
        size_t done;
        check(fd_write(1, &(buffer){ (uint8_t *)bytes, length }, 1, &done));
        bytes += done;
        length -= done;
    }
}

/* What each guest found out, so that engines can be seen to agree. */
static inline void print(uint64_t number) {
    uint8_t text[21], *at = text + sizeof text;
    *--at = '\n';
    do *--at = (uint8_t)('0' + number % 10);
    while (number /= 10);
    write_all(at, (size_t)(text + sizeof text - at));
}

__attribute__((export_name("_start"))) void start(void);

#endif
