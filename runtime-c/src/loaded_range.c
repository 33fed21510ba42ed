#define _GNU_SOURCE
#include "tf_loaded.h"

#include <link.h>

typedef struct tf_range_search {
    uintptr_t address, start, end;
} tf_range_search;

static int tf_range_visit(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    tf_range_search *search = context;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (search->address < start || search->address - start >= header->p_memsz) continue;
        search->start = start;
        search->end = start + header->p_memsz;
        return 1;
    }
    return 0;
}

bool tf_executable_range(const void *address, uintptr_t *start, uintptr_t *end) {
    tf_range_search search = {.address = (uintptr_t)address};
    if (!dl_iterate_phdr(tf_range_visit, &search)) return false;
    *start = search.start;
    *end = search.end;
    return true;
}
