/* memfs_data.c: contents of files: an array of pages, those that nobody wrote to left out. */
#include "memfs_node.h"

enum { PAGE_COST = MEMFS_PAGE + MEMFS_OVERHEAD };

/* The room for a page: itself, and its place in the array is charged apart. */
static uint8_t **page_at(const tf_memfs_node *file, uint64_t page) {
    return page < file->file.page_count ? &file->file.pages[page] : NULL;
}

static void free_page(tf_memfs_node *file, uint64_t page) {
    if (!file->file.pages[page]) return;
    free(file->file.pages[page]);
    file->file.pages[page] = NULL;
    memfs_refund(file->tree, PAGE_COST);
}

/* Changes the length of the array; pages beyond it are free already. */
static int set_page_count(tf_memfs_node *file, uint64_t count) {
    uint64_t old = file->file.page_count;
    if (count > old) {
        int result = memfs_charge(file->tree, (count - old) * sizeof(uint8_t *));
        if (result) return result;
    }
    uint8_t **pages = realloc(file->file.pages, count * sizeof *pages);
    if (!pages && count) {
        if (count > old) memfs_refund(file->tree, (count - old) * sizeof *pages);
        return count > old ? -ENOMEM : 0; /* what did not become shorter stays as it is */
    }
    if (count > old) memset(pages + old, 0, (count - old) * sizeof *pages);
    else memfs_refund(file->tree, (old - count) * sizeof *pages);
    file->file.pages = count ? pages : NULL;
    file->file.page_count = count;
    return 0;
}

/* A page to write to. */
static int own_page(tf_memfs_node *file, uint64_t page, uint8_t **bytes) {
    if (page >= file->file.page_count) {
        /* By half more, if there is room, so that a file that grows is not copied again and again. */
        uint64_t more = file->file.page_count / 2, room = (file->tree->limit - file->tree->used) / sizeof(uint8_t *);
        int result = set_page_count(file, page + 1 + (more <= room / 2 ? more : 0));
        if (result) return result;
    }
    uint8_t **slot = page_at(file, page);
    if (!*slot) {
        int result = memfs_charge(file->tree, PAGE_COST);
        if (result) return result;
        *slot = calloc(1, MEMFS_PAGE);
        if (!*slot) {
            memfs_refund(file->tree, PAGE_COST);
            return -ENOMEM;
        }
    }
    *bytes = *slot;
    return 0;
}

void memfs_free_pages(tf_memfs_node *file) {
    for (uint64_t page = 0; page < file->file.page_count; page++) free_page(file, page);
    memfs_refund(file->tree, file->file.page_count * sizeof(uint8_t *));
    free(file->file.pages);
    file->file.pages = NULL;
    file->file.page_count = 0;
}

/* Bytes from `offset` to the end of its page, `most` at most. */
static size_t within_page(uint64_t offset, uint64_t most) {
    size_t left = MEMFS_PAGE - (size_t)(offset % MEMFS_PAGE);
    return most < left ? (size_t)most : left;
}

static void read_into(const tf_memfs_node *file, uint64_t offset, uint8_t *out, uint64_t count) {
    while (count) {
        size_t part = within_page(offset, count);
        uint8_t **page = page_at(file, offset / MEMFS_PAGE);
        if (page && *page) memcpy(out, *page + offset % MEMFS_PAGE, part);
        else memset(out, 0, part);
        out += part;
        offset += part;
        count -= part;
    }
}

ssize_t tf_memfs_read(tf_memfs_node *file, const struct iovec *buffers, int count, uint64_t offset) {
    uint64_t done = 0;
    for (int i = 0; i < count && offset < file->file.size; i++) {
        uint64_t left = file->file.size - offset;
        uint64_t part = buffers[i].iov_len < left ? buffers[i].iov_len : left;
        read_into(file, offset, buffers[i].iov_base, part);
        offset += part;
        done += part;
    }
    file->accessed = memfs_now();
    return (ssize_t)done;
}

/* Writes what there is room for; an error only if that is nothing. */
static ssize_t write_from(tf_memfs_node *file, uint64_t offset, const uint8_t *in, uint64_t count) {
    uint64_t done = 0;
    while (done < count) {
        size_t part = within_page(offset + done, count - done);
        uint8_t *page;
        int result = own_page(file, (offset + done) / MEMFS_PAGE, &page);
        if (result) return done ? (ssize_t)done : result;
        memcpy(page + (offset + done) % MEMFS_PAGE, in + done, part);
        done += part;
        if (file->file.size < offset + done) file->file.size = offset + done;
    }
    return (ssize_t)done;
}

ssize_t tf_memfs_write(tf_memfs_node *file, const struct iovec *buffers, int count, uint64_t offset) {
    uint64_t total = 0;
    for (int i = 0; i < count; i++) total += buffers[i].iov_len;
    if (offset > INT64_MAX || total > INT64_MAX - offset) return -EFBIG;
    uint64_t done = 0;
    for (int i = 0; i < count; i++) {
        ssize_t part = write_from(file, offset + done, buffers[i].iov_base, buffers[i].iov_len);
        if (part < 0 && !done) return part;
        if (part > 0) done += (uint64_t)part;
        if (part < (ssize_t)buffers[i].iov_len) break;
    }
    if (total) memfs_touch(file);
    return (ssize_t)done;
}

uint64_t tf_memfs_size(const tf_memfs_node *file) { return file->file.size; }

int tf_memfs_resize(tf_memfs_node *file, uint64_t size) {
    if (size > INT64_MAX) return -EINVAL;
    uint64_t kept = (size + MEMFS_PAGE - 1) / MEMFS_PAGE;
    for (uint64_t page = kept; page < file->file.page_count; page++) free_page(file, page);
    if (kept < file->file.page_count) set_page_count(file, kept);
    if (size < file->file.size) {
        /* What is cut off must not come back when the file grows again. */
        uint8_t **last = size % MEMFS_PAGE ? page_at(file, size / MEMFS_PAGE) : NULL;
        if (last && *last) memset(*last + size % MEMFS_PAGE, 0, MEMFS_PAGE - size % MEMFS_PAGE);
    }
    file->file.size = size;
    memfs_touch(file);
    return 0;
}

int tf_memfs_check_reserve(tf_memfs_node *file, uint64_t offset, uint64_t length) {
    if (offset > INT64_MAX || length > INT64_MAX - offset) return -EFBIG;
    uint64_t first = offset / MEMFS_PAGE, end = (offset + length + MEMFS_PAGE - 1) / MEMFS_PAGE;
    uint64_t there = 0, room = file->tree->limit - file->tree->used;
    for (uint64_t page = first; page < end && page < file->file.page_count; page++) there += *page_at(file, page) != NULL;
    uint64_t longer = end > file->file.page_count ? end - file->file.page_count : 0;
    uint64_t pages = end - first - there;
    if (pages > room / PAGE_COST || pages * PAGE_COST + longer * sizeof(uint8_t *) > room)
        return memfs_charge(file->tree, UINT64_MAX); /* noted as a limit that was reached */
    return 0;
}

int tf_memfs_reserve(tf_memfs_node *file, uint64_t offset, uint64_t length) {
    /* All of it, or nothing. */
    int result = tf_memfs_check_reserve(file, offset, length);
    uint64_t page = offset / MEMFS_PAGE, end = result ? 0 : (offset + length + MEMFS_PAGE - 1) / MEMFS_PAGE;
    if (!result && end > file->file.page_count) result = set_page_count(file, end);
    for (uint8_t *bytes; !result && page < end; page++) result = own_page(file, page, &bytes);
    if (result) return result;
    if (file->file.size < offset + length) file->file.size = offset + length;
    memfs_touch(file);
    return 0;
}
