/* memfs_folder.c: names in folders: an array in the order of their cookies, and an index of it by hash. */
#include "memfs_node.h"

enum { FIRST_CAPACITY = 8, FIRST_COOKIE = 3 /* behind "." and ".." */ };

/* What a name takes, its share of the array and of the index included. */
static uint64_t cost(size_t length) { return 2 * sizeof(memfs_name) + 4 * sizeof(uint32_t) + length + 1; }

static uint32_t hash_of(const char *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* Position in `names`, or -1. */
static int64_t position_of(const tf_memfs_node *folder, const char *name, size_t length) {
    if (!folder->folder.alive) return -1;
    uint32_t hash = hash_of(name, length), mask = folder->folder.index_size - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t position = folder->folder.index[at];
        if (!position) return -1;
        const memfs_name *found = &folder->folder.names[position - 1];
        if (found->node && found->hash == hash && found->length == length && !memcmp(found->bytes, name, length))
            return position - 1;
    }
}

static void enter(uint32_t *index, uint32_t size, uint32_t hash, uint32_t position) {
    uint32_t at = hash & (size - 1);
    while (index[at]) at = (at + 1) & (size - 1);
    index[at] = position + 1;
}

/* Leaves out what was removed, and makes room for twice of what there is. */
static int rebuild(tf_memfs_node *folder) {
    uint32_t capacity = folder->folder.alive < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : folder->folder.alive * 2;
    uint32_t size = 2 * FIRST_CAPACITY;
    while (size < capacity * 2) size *= 2;
    memfs_name *names = malloc(capacity * sizeof *names);
    uint32_t *index = calloc(size, sizeof *index);
    if (!names || !index) {
        free(names);
        free(index);
        return -ENOMEM;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < folder->folder.used; i++) {
        if (!folder->folder.names[i].node) continue;
        enter(index, size, folder->folder.names[i].hash, used);
        names[used++] = folder->folder.names[i];
    }
    free(folder->folder.names);
    free(folder->folder.index);
    folder->folder.names = names;
    folder->folder.index = index;
    folder->folder.used = used;
    folder->folder.capacity = capacity;
    folder->folder.index_size = size;
    return 0;
}

tf_memfs_node *memfs_look_up(const tf_memfs_node *folder, const char *name, size_t length) {
    int64_t position = position_of(folder, name, length);
    return position < 0 ? NULL : folder->folder.names[position].node;
}

int memfs_add(tf_memfs_node *folder, const char *name, size_t length, tf_memfs_node *node) {
    int result = memfs_charge(folder->tree, cost(length));
    if (result) return result;
    char *bytes = strndup(name, length);
    if (!bytes || (folder->folder.used == folder->folder.capacity && rebuild(folder) != 0)) {
        free(bytes);
        memfs_refund(folder->tree, cost(length));
        return -ENOMEM;
    }
    if (folder->folder.last_cookie < FIRST_COOKIE - 1) folder->folder.last_cookie = FIRST_COOKIE - 1;
    uint32_t hash = hash_of(name, length);
    folder->folder.names[folder->folder.used] = (memfs_name){ .bytes = bytes, .node = node,
        .cookie = ++folder->folder.last_cookie, .hash = hash, .length = (uint32_t)length };
    enter(folder->folder.index, folder->folder.index_size, hash, folder->folder.used);
    folder->folder.used++;
    folder->folder.alive++;
    node->links++;
    if (node->kind == MEMFS_FOLDER) {
        node->folder.parent = folder;
        folder->folder.folders++;
    }
    memfs_touch(folder);
    memfs_touch_status(node);
    return 0;
}

static void leave(tf_memfs_node *folder, tf_memfs_node *node) {
    if (node->kind == MEMFS_FOLDER) {
        folder->folder.folders--;
        node->folder.parent = NULL;
    }
    memfs_unname(node);
}

void memfs_remove(tf_memfs_node *folder, const char *name, size_t length) {
    memfs_name *found = &folder->folder.names[position_of(folder, name, length)];
    tf_memfs_node *node = found->node;
    memfs_refund(folder->tree, cost(length));
    free(found->bytes);
    found->bytes = NULL;
    found->node = NULL;
    folder->folder.alive--;
    /* Half of it is holes: the room is given back. If there is none for less, it stays. */
    if (folder->folder.alive < folder->folder.capacity / 4 && folder->folder.capacity > FIRST_CAPACITY) rebuild(folder);
    memfs_touch(folder);
    leave(folder, node);
}

void memfs_replace(tf_memfs_node *folder, const char *name, size_t length, tf_memfs_node *node) {
    memfs_name *found = &folder->folder.names[position_of(folder, name, length)];
    tf_memfs_node *old = found->node;
    found->node = node;
    node->links++;
    if (node->kind == MEMFS_FOLDER) {
        node->folder.parent = folder;
        folder->folder.folders++;
    }
    memfs_touch(folder);
    memfs_touch_status(node);
    leave(folder, old);
}

void memfs_free_names(tf_memfs_node *folder) {
    for (uint32_t i = 0; i < folder->folder.used; i++) {
        if (!folder->folder.names[i].node) continue;
        memfs_refund(folder->tree, cost(folder->folder.names[i].length));
        free(folder->folder.names[i].bytes);
    }
    free(folder->folder.names);
    free(folder->folder.index);
}

/* The first position with a greater cookie. */
static uint32_t behind(const tf_memfs_node *folder, uint64_t cookie) {
    uint32_t low = 0, high = folder->folder.used;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (folder->folder.names[middle].cookie > cookie) high = middle;
        else low = middle + 1;
    }
    return low;
}

bool tf_memfs_next(const tf_memfs_node *folder, uint64_t cookie, tf_memfs_entry *entry) {
    if (!folder->links) return false; /* a removed folder is empty, without "." even */
    if (cookie < FIRST_COOKIE - 1) {
        /* What is above the folder that was granted is nobody's concern, so ".." is told as the folder too. */
        *entry = (tf_memfs_entry){ .name = cookie ? ".." : ".", .cookie = cookie + 1, .node = folder };
        return true;
    }
    uint32_t at = behind(folder, cookie);
    while (at < folder->folder.used && !folder->folder.names[at].node) at++;
    if (at == folder->folder.used) return false;
    const memfs_name *found = &folder->folder.names[at];
    *entry = (tf_memfs_entry){ .name = found->bytes, .cookie = found->cookie, .node = found->node };
    return true;
}
