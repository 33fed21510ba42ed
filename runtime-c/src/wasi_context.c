/* wasi_context.c: making a tf_wasi, saying what its guest may see, and taking it down. */
#include "wasi_internal.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { DEFAULT_DESCRIPTOR_LIMIT = 1024 };

static tf_wasi_entry stream_entry(uint32_t descriptor, tf_stream stream) {
    uint64_t direction = descriptor == 0 ? WASI_RIGHT_FD_READ : WASI_RIGHT_FD_WRITE;
    uint64_t rights = direction | WASI_RIGHT_FD_FDSTAT_SET_FLAGS | WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_FD_SYNC |
        WASI_RIGHT_FD_DATASYNC | WASI_RIGHT_POLL_FD_READWRITE;
    return (tf_wasi_entry){ .kind = TF_WASI_STREAM, .filetype = WASI_FILETYPE_UNKNOWN, .host = -1, .rights = rights,
        .inheriting = rights, .stream = stream };
}

tf_wasi *tf_wasi_create(void) {
    tf_wasi *wasi = calloc(1, sizeof *wasi);
    if (!wasi) return NULL;
    wasi->entries = wasi->first;
    wasi->capacity = TF_WASI_FIRST_ENTRIES;
    wasi->limit = DEFAULT_DESCRIPTOR_LIMIT;
    for (uint32_t i = 0; i < 3; i++) wasi->entries[i] = stream_entry(i, (tf_stream){ 0 });
    return wasi;
}

void tf_wasi_destroy(tf_wasi *wasi) {
    if (!wasi) return;
    for (uint32_t i = 0; i < wasi->capacity; i++) tf_wasi_release(&wasi->entries[i]);
    if (wasi->entries != wasi->first) free(wasi->entries);
    tf_wasi_trees_destroy(wasi->trees);
    free(wasi->arguments.bytes);
    free(wasi->environment.bytes);
    free(wasi);
}

/* --- arguments and environment --- */

static int append(tf_wasi_strings *strings, const void *bytes, size_t count) {
    if (count && memchr(bytes, 0, count)) return -EINVAL;
    if (count >= UINT32_MAX - strings->length) return -E2BIG;
    size_t needed = strings->length + count + 1;
    if (needed > strings->capacity) {
        size_t capacity = needed < 256 ? 256 : needed * 2;
        char *grown = realloc(strings->bytes, capacity);
        if (!grown) return -ENOMEM;
        strings->bytes = grown;
        strings->capacity = capacity;
    }
    if (count) memcpy(strings->bytes + strings->length, bytes, count);
    strings->bytes[needed - 1] = 0;
    strings->length = needed;
    strings->count++;
    return 0;
}

int tf_wasi_add_argument(tf_wasi *wasi, const void *bytes, size_t count) {
    return append(&wasi->arguments, bytes, count);
}

int tf_wasi_add_environment(tf_wasi *wasi, const void *bytes, size_t count) {
    return append(&wasi->environment, bytes, count);
}

/* --- standard streams --- */

static int replace(tf_wasi *wasi, uint32_t descriptor, tf_wasi_entry entry) {
    tf_wasi_release(&wasi->entries[descriptor]);
    wasi->entries[descriptor] = entry;
    return 0;
}

int tf_wasi_set_stdio(tf_wasi *wasi, uint32_t descriptor, int host_descriptor) {
    if (descriptor > 2) return -EINVAL;
    struct stat status;
    if (fstat(host_descriptor, &status) != 0) return -errno;
    uint8_t filetype = tf_wasi_filetype(status.st_mode);
    /* A character device counts as a terminal for guests, and /dev/null is none. */
    if (filetype == WASI_FILETYPE_CHARACTER_DEVICE && !isatty(host_descriptor)) filetype = WASI_FILETYPE_UNKNOWN;
    tf_wasi_entry entry = tf_wasi_file_entry(host_descriptor, filetype, descriptor == 0, descriptor != 0);
    /* To read or write is what was lent, not to change the file otherwise. */
    entry.rights &= ~(WASI_RIGHT_FD_FILESTAT_SET_SIZE | WASI_RIGHT_FD_FILESTAT_SET_TIMES | WASI_RIGHT_FD_ALLOCATE);
    if (filetype != WASI_FILETYPE_REGULAR_FILE) entry.rights &= ~(WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL);
    return replace(wasi, descriptor, entry);
}

int tf_wasi_set_stream(tf_wasi *wasi, uint32_t descriptor, tf_stream stream) {
    if (descriptor > 2) return -EINVAL;
    return replace(wasi, descriptor, stream_entry(descriptor, stream));
}

/* --- grants --- */

int tf_wasi_preopen(tf_wasi *wasi, tf_wasi_entry entry, const char *guest) {
    entry.kind = TF_WASI_FOLDER;
    entry.filetype = WASI_FILETYPE_DIRECTORY;
    entry.rights = WASI_RIGHTS_FOLDER;
    entry.inheriting = WASI_RIGHTS_FOLDER | WASI_RIGHTS_FILE;
    entry.name = strdup(guest);
    if (!entry.name) return -ENOMEM;
    uint32_t descriptor;
    int result = tf_wasi_insert(wasi, &entry, &descriptor);
    if (result == WASI_SUCCESS) return 0;
    free(entry.name);
    return result == WASI_NOMEM ? -ENOMEM : -EMFILE;
}

int tf_wasi_preopen_path(tf_wasi *wasi, const char *path, const char *guest, bool read_only) {
    int host = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* A folder that may be entered but not listed is worth granting too. */
    if (host < 0 && errno == EACCES) host = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (host < 0) return -errno;
    int result = tf_wasi_preopen(wasi, (tf_wasi_entry){ .host = host, .owned = true, .read_only = read_only }, guest);
    if (result != 0) close(host);
    return result;
}

int tf_wasi_preopen_descriptor(tf_wasi *wasi, int host_descriptor, const char *guest, bool read_only) {
    return tf_wasi_preopen(wasi, (tf_wasi_entry){ .host = host_descriptor, .read_only = read_only }, guest);
}

/* --- limits and sources --- */

void tf_wasi_set_descriptor_limit(tf_wasi *wasi, uint32_t limit) { wasi->limit = limit; }

void tf_wasi_set_clock_resolution(tf_wasi *wasi, uint32_t nanoseconds) {
    wasi->clock_resolution = nanoseconds < 1000000000 ? nanoseconds : 1000000000;
}

bool tf_wasi_descriptor_limit_reached(const tf_wasi *wasi) { return wasi->is_limit_reached; }

void tf_wasi_set_random(tf_wasi *wasi, int (*fill)(void *context, void *buffer, size_t count), void *context) {
    wasi->fill = fill;
    wasi->fill_context = context;
    wasi->random_left = 0;
}
