/* wasi_table.c: the guest's descriptors.
 *
 * An array of entries, at first inside the context, doubled when full. A new descriptor gets the least free number, as
 * programs expect; the search is linear, which is nothing at the default limit of 1024.
 */
#include "wasi_internal.h"
#include <stdlib.h>

tf_wasi_entry *tf_wasi_entry_at(tf_wasi *wasi, uint32_t descriptor) {
    if (descriptor >= wasi->capacity) return NULL;
    tf_wasi_entry *entry = &wasi->entries[descriptor];
    return entry->kind == TF_WASI_FREE ? NULL : entry;
}

int tf_wasi_any(tf_wasi *wasi, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry) {
    tf_wasi_entry *found = tf_wasi_entry_at(wasi, descriptor);
    if (!found) return WASI_BADF;
    if ((found->rights & rights) != rights) return WASI_NOTCAPABLE;
    *entry = found;
    return WASI_SUCCESS;
}

int tf_wasi_file(tf_wasi *wasi, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry) {
    tf_wasi_entry *found = tf_wasi_entry_at(wasi, descriptor);
    if (!found) return WASI_BADF;
    if (found->kind == TF_WASI_FOLDER) return WASI_ISDIR;
    uint64_t missing = rights & ~found->rights;
    if (!missing) {
        *entry = found;
        return WASI_SUCCESS;
    }
    /* What POSIX says of the same mistakes, where it has a word for them. */
    if (missing & (WASI_RIGHT_FD_READ | WASI_RIGHT_FD_WRITE)) return WASI_BADF;
    if (missing & (WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL) && found->filetype != WASI_FILETYPE_REGULAR_FILE)
        return WASI_SPIPE;
    return WASI_NOTCAPABLE;
}

int tf_wasi_folder(tf_wasi *wasi, uint32_t descriptor, uint64_t rights, tf_wasi_entry **entry) {
    tf_wasi_entry *found = tf_wasi_entry_at(wasi, descriptor);
    if (!found) return WASI_BADF;
    if (found->kind != TF_WASI_FOLDER) return WASI_NOTDIR;
    return tf_wasi_any(wasi, descriptor, rights, entry);
}

static int grow(tf_wasi *wasi) {
    uint32_t capacity = wasi->capacity * 2;
    bool inside = wasi->entries == wasi->first;
    tf_wasi_entry *entries = realloc(inside ? NULL : wasi->entries, capacity * sizeof *entries);
    if (!entries) return WASI_NOMEM;
    if (inside) memcpy(entries, wasi->first, sizeof wasi->first);
    memset(entries + wasi->capacity, 0, (capacity - wasi->capacity) * sizeof *entries);
    wasi->entries = entries;
    wasi->capacity = capacity;
    return WASI_SUCCESS;
}

static uint32_t least_free(const tf_wasi *wasi) {
    uint32_t i = 0;
    while (i < wasi->capacity && wasi->entries[i].kind != TF_WASI_FREE) i++;
    return i;
}

bool tf_wasi_has_room(tf_wasi *wasi) {
    bool has_room = least_free(wasi) < wasi->limit;
    if (!has_room) wasi->is_limit_reached = true;
    return has_room;
}

int tf_wasi_insert(tf_wasi *wasi, const tf_wasi_entry *entry, uint32_t *descriptor) {
    if (!tf_wasi_has_room(wasi)) return WASI_MFILE;
    uint32_t i = least_free(wasi);
    if (i == wasi->capacity) {
        int result = grow(wasi);
        if (result != WASI_SUCCESS) return result;
    }
    wasi->entries[i] = *entry;
    *descriptor = i;
    return WASI_SUCCESS;
}

int tf_wasi_release(tf_wasi_entry *entry) {
    int result = 0;
    if (entry->kind == TF_WASI_FREE) return 0;
    if (entry->listing) tf_wasi_listing_destroy(entry->listing);
    if (entry->node) tf_memfs_release(entry->node);
    /* close frees the number whatever it says; EINTR is no failure. */
    if (entry->owned && close(entry->host) != 0 && errno != EINTR) result = errno;
    free(entry->name);
    *entry = (tf_wasi_entry){ .kind = TF_WASI_FREE, .host = -1 };
    return result;
}

tf_wasi_entry tf_wasi_file_entry(int host, uint8_t filetype, bool readable, bool writable) {
    uint64_t rights = WASI_RIGHTS_FILE;
    if (!readable) rights &= ~WASI_RIGHT_FD_READ;
    if (!writable) rights &= ~WASI_RIGHT_FD_WRITE;
    return (tf_wasi_entry){ .kind = TF_WASI_FILE, .filetype = filetype, .host = host, .rights = rights,
        .inheriting = rights };
}

uint32_t tf_wasi_open_count(const tf_wasi *wasi) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < wasi->capacity; i++) count += wasi->entries[i].kind != TF_WASI_FREE;
    return count;
}

uint32_t tf_wasi_owned_count(const tf_wasi *wasi) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < wasi->capacity; i++) {
        const tf_wasi_entry *entry = &wasi->entries[i];
        /* A lent folder is listed through a descriptor of our own. */
        if (entry->kind != TF_WASI_FREE) count += entry->owned || entry->listing;
    }
    return count;
}

/* --- functions of the interface --- */

static int fd_close(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    tf_wasi_entry *entry = tf_wasi_entry_at(wasi, (uint32_t)v[0]);
    if (!entry) return WASI_BADF;
    int result = tf_wasi_release(entry);
    return result ? tf_wasi_errno(result) : WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_close)

/* Moves a whole descriptor, grants included: the number it had is free afterwards, as close would have left it. */
static int fd_renumber(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    (void)host;
    tf_wasi_entry *from = tf_wasi_entry_at(wasi, (uint32_t)v[0]), *to = tf_wasi_entry_at(wasi, (uint32_t)v[1]);
    if (!from || !to) return WASI_BADF;
    if (from == to) return WASI_SUCCESS;
    tf_wasi_release(to);
    *to = *from;
    *from = (tf_wasi_entry){ .kind = TF_WASI_FREE, .host = -1 };
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_renumber)

static int fd_prestat_get(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry = tf_wasi_entry_at(wasi, (uint32_t)v[0]);
    if (!entry || !entry->name) return WASI_BADF;
    uint8_t *out = tf_wasi_bytes(host, (uint32_t)v[1], 8);
    if (!out) return WASI_FAULT;
    tf_wasi_put32(out, 0); /* a folder: the only kind there is */
    tf_wasi_put32(out + 4, (uint32_t)strlen(entry->name));
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_prestat_get)

static int fd_prestat_dir_name(tf_host *host, tf_wasi *wasi, const uint64_t *v) {
    tf_wasi_entry *entry = tf_wasi_entry_at(wasi, (uint32_t)v[0]);
    if (!entry || !entry->name) return WASI_BADF;
    size_t length = strlen(entry->name);
    if ((uint32_t)v[2] < length) return WASI_NAMETOOLONG;
    uint8_t *out = tf_wasi_bytes(host, (uint32_t)v[1], length);
    if (!out) return WASI_FAULT;
    memcpy(out, entry->name, length);
    return WASI_SUCCESS;
}
TF_WASI_ENTRY(fd_prestat_dir_name)
