/* restore.c: what a guest wrote, undone.
 *
 * The less is touched, the cheaper: the kernel tells which pages of a memory are the guest's own (written, or of
 * anonymous memory and read), and only those are written over. They stay: the next guest of the same kind uses the
 * same ones, and each that it doesn't have to fault in anew saves a microsecond. When there are many, or the kernel
 * doesn't tell, it is asked to drop them all. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tf_slot.h"

/* The kernel is asked about memories of up to so many pages; and up to so many are written over one by one. */
enum { scanned_pages = 1024, most_pages = 96 };
/* Where it doesn't tell, up to this much is written over whole. */
static const uint64_t small = 256 * 1024;

/* One entry of /proc/self/pagemap. https://www.kernel.org/doc/html/latest/admin-guide/mm/pagemap.html */
static const uint64_t is_present = UINT64_C(1) << 63, is_swapped = UINT64_C(1) << 62, is_of_file = UINT64_C(1) << 61;

static bool is_private(uint64_t entry) { return (entry & (is_present | is_swapped)) != 0 && !(entry & is_of_file); }

/* --- Which pages --- */

static int page_map = -1;
static uint64_t page_size;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The entries of `count` pages from `base` on. */
static bool read_entries(const uint8_t *base, uint64_t count, uint64_t *entries) {
    size_t size = count * sizeof *entries;
    return pread(page_map, entries, size, (off_t)((uintptr_t)base / page_size * sizeof *entries)) == (ssize_t)size;
}

/* Whether the kernel tells the truth: some sandboxes have the file and leave it empty. */
static bool tells_pages(void) {
    uint8_t *pages = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return false;
    *(volatile uint8_t *)pages = 1;
    uint64_t entries[2];
    bool told = read_entries(pages, 2, entries) && is_private(entries[0]) && !is_private(entries[1]);
    munmap(pages, 2 * page_size);
    return told;
}

static void close_page_map(void) {
    if (page_map >= 0) close(page_map);
    page_map = -1;
}

static void open_page_map(void) {
    page_map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (page_map >= 0 && !tells_pages()) close_page_map();
}

static void prepare(void) {
    page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    open_page_map();
    /* The file is of the process that opened it: a child would see its parent's pages. */
    pthread_atfork(NULL, NULL, close_page_map);
}

/* --- Contents --- */

void tf_write_contents(uint8_t *base, uint64_t from, uint64_t to, const tf_contents *contents) {
    for (uint32_t i = 0; i < contents->count && from < to; i++) {
        const tf_extent *extent = &contents->extents[i];
        uint64_t end = extent->at + extent->length < to ? extent->at + extent->length : to;
        if (end <= from) continue;
        if (extent->at >= to) break;
        if (extent->at > from) {
            memset(base + from, 0, extent->at - from);
            from = extent->at;
        }
        memcpy(base + from, contents->bytes + extent->source + (from - extent->at), end - from);
        from = end;
    }
    if (from < to) memset(base + from, 0, to - from);
}

/* False: nothing is known of the pages, or there are too many of them. */
static bool restore_pages(uint8_t *base, uint64_t accessible, const tf_contents *contents) {
    uint64_t entries[scanned_pages], count = accessible / page_size, found = 0;
    if (page_map < 0 || count > scanned_pages || !read_entries(base, count, entries)) return false;
    for (uint64_t i = 0; i < count; i++) found += is_private(entries[i]);
    if (found > most_pages) return false;
    for (uint64_t i = 0; i < count && found; i++) {
        if (!is_private(entries[i])) continue;
        uint64_t first = i;
        while (i + 1 < count && is_private(entries[i + 1])) i++;
        tf_write_contents(base, first * page_size, (i + 1) * page_size, contents);
        found -= i + 1 - first;
    }
    return true;
}

bool tf_restore(uint8_t *base, uint64_t accessible, const tf_contents *contents, bool is_mapped) {
    pthread_once(&once, prepare);
    if (restore_pages(base, accessible, contents)) return true;
    if (accessible <= small && !is_mapped) {
        tf_write_contents(base, 0, accessible, contents);
        return true;
    }
    if (madvise(base, accessible, MADV_DONTNEED) != 0) return false;
    /* A mapped image is back, one that was copied is gone. */
    for (uint32_t i = 0; i < contents->count && !is_mapped; i++) {
        const tf_extent *extent = &contents->extents[i];
        memcpy(base + extent->at, contents->bytes + extent->source, extent->length);
    }
    return true;
}
