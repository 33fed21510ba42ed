/* memory.c: linear memories and the instructions on whole ranges of them. */
#include <stdlib.h>
#include <string.h>

#include "tf_slot.h"
#include "tf_store.h"

/* Of any memory, whatever its address type: behind them is the guard that catches 32-bit addresses and offsets. */
static const uint64_t most_bytes = UINT64_C(1) << 32;

/* Between two looks at the deadline; well under a millisecond's work. */
static const uint64_t chunk = 1024 * 1024;

/* A 32-bit size must be able to count the pages. */
static uint64_t most_pages(const tf_memory_type *type) {
    uint64_t pages = most_bytes >> type->page_shift;
    return type->is_64 || pages <= UINT32_MAX ? pages : UINT32_MAX;
}

/* What is accessible of so many bytes: up to 64 KiB, every host's pages are no larger. Pages of another size are
 * therefore checked by generated code. */
static uint64_t accessible(uint64_t bytes) { return (bytes + TF_PAGE - 1) & ~(TF_PAGE - 1); }

/* NULL: there may be such a memory. */
static const char *refusal(const tf_store *store, const tf_memory_type *type) {
    if (type->limits.minimum > most_pages(type)) return "the module's memory is larger than 4 GiB";
    if (type->limits.minimum << type->page_shift > store->limits.memory_bytes)
        return "the module's memories are larger than the limit; raise the limit on memory if the program needs more";
    return NULL;
}

static bool are_within(const tf_contents *contents, const tf_memory_type *type) {
    uint64_t bytes = type->limits.minimum << type->page_shift;
    for (uint32_t i = 0; i < contents->count; i++) {
        if (!tf_in_bounds(contents->extents[i].at, contents->extents[i].length, bytes)) return false;
    }
    return true;
}

tf_trap tf_memory_create(tf_store *store, const tf_memory_type *type, const tf_contents *contents,
                         tf_store_memory **created) {
    const char *message = refusal(store, type);
    if (message) store->limits_reached |= TF_LIMIT_MEMORY;
    if (!message && !are_within(contents, type)) message = "the module's image is larger than its memory";
    if (message) {
        tf_store_set_message(store, message);
        return TF_TRAP_OUT_OF_MEMORY;
    }
    uint64_t pages = type->limits.minimum, bytes = pages << type->page_shift, maximum = most_pages(type);
    tf_store_memory *new = tf_store_allocate(store, sizeof *new);
    uint8_t *base = new ? tf_slot_take(accessible(bytes), contents) : NULL;
    if (!base) {
        tf_store_set_message(store, "the host has no address space left for a memory, or can't map its image");
        return TF_TRAP_OUT_OF_MEMORY;
    }
    store->limits.memory_bytes -= bytes;
    uint64_t allowed = pages + (store->limits.memory_bytes >> type->page_shift);
    if (maximum > type->limits.maximum) maximum = type->limits.maximum;
    new->memory = (tf_memory){
        .base = base,
        .pages = pages,
        .bytes = bytes,
        .maximum = maximum < allowed ? maximum : allowed,
        .reserved = TF_RESERVATION_BYTES,
        .page_shift = type->page_shift,
        .is_shared = type->is_shared,
    };
    new->declared = *type;
    new->contents = *contents;
    new->next = store->memories;
    store->memories = new;
    *created = new;
    return TF_OK;
}

void tf_memory_destroy(tf_store_memory *memory) {
    uint64_t first = memory->declared.limits.minimum << memory->declared.page_shift;
    tf_slot_give(memory->memory.base, accessible(first), accessible(memory->memory.bytes), &memory->contents);
}

/* Whether it was the limit that refused, or the maximum that the module itself declares. */
static void note_refusal(tf_store *store, const tf_memory *memory, uint64_t delta) {
    uint64_t declared = ((const tf_store_memory *)memory)->declared.limits.maximum;
    if (memory->pages <= declared && delta <= declared - memory->pages) store->limits_reached |= TF_LIMIT_MEMORY;
}

uint64_t tf_memory_grow(tf_store *store, tf_memory *memory, uint64_t delta) {
    uint64_t old = memory->pages;
    if (delta == 0) return old;
    if (old > memory->maximum || delta > memory->maximum - old) {
        note_refusal(store, memory, delta);
        return UINT64_MAX;
    }
    uint64_t more = delta << memory->page_shift;
    if (more > store->limits.memory_bytes) {
        store->limits_reached |= TF_LIMIT_MEMORY;
        return UINT64_MAX;
    }
    if (!tf_slot_extend(memory->base, accessible(memory->bytes), accessible(memory->bytes + more)))
        return UINT64_MAX;
    store->limits.memory_bytes -= more;
    memory->bytes += more;
    memory->pages += delta;
    return old;
}

tf_trap tf_memory_fill(tf_store *store, tf_memory *memory, uint64_t at, uint32_t byte, uint64_t count) {
    if (!tf_in_bounds(at, count, memory->bytes)) return TF_TRAP_MEMORY_BOUNDS;
    uint8_t *to = memory->base + at;
    for (; count > chunk; to += chunk, count -= chunk) {
        memset(to, (int)(byte & 0xFF), chunk);
        if (store->interrupted) return TF_TRAP_DEADLINE;
    }
    memset(to, (int)(byte & 0xFF), count);
    return TF_OK;
}

/* As memmove, chunk by chunk, from the side on which the source isn't overwritten before it is read. */
tf_trap tf_move(tf_store *store, void *target, const void *source, uint64_t count) {
    uint8_t *to = target;
    const uint8_t *from = source;
    bool forwards = (uintptr_t)to - (uintptr_t)from >= count;
    while (count > chunk) {
        count -= chunk;
        uint64_t skip = forwards ? 0 : count;
        memmove(to + skip, from + skip, chunk);
        if (forwards) {
            to += chunk;
            from += chunk;
        }
        if (store->interrupted) return TF_TRAP_DEADLINE;
    }
    memmove(to, from, count);
    return TF_OK;
}

tf_trap tf_memory_copy(tf_store *store, tf_memory *to, tf_memory *from, uint64_t at, uint64_t source, uint64_t count) {
    if (!tf_in_bounds(at, count, to->bytes) || !tf_in_bounds(source, count, from->bytes)) return TF_TRAP_MEMORY_BOUNDS;
    return tf_move(store, to->base + at, from->base + source, count);
}

tf_trap tf_memory_init(tf_instance *instance, tf_memory *memory, uint32_t segment, uint64_t at, uint32_t source,
                       uint32_t count) {
    const tf_data *data = &instance->module->data[segment];
    uint64_t size = tf_state(instance)->dropped_data[segment] ? 0 : data->count;
    if (!tf_in_bounds(at, count, memory->bytes) || !tf_in_bounds(source, count, size)) return TF_TRAP_MEMORY_BOUNDS;
    if (count == 0) return TF_OK; /* an empty segment may have no bytes to point to */
    return tf_move(instance->store, memory->base + at, data->bytes + source, count);
}
