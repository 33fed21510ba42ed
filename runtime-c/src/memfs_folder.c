/* memfs_folder.c: names in folders: an array in the order of their cookies, and an index of it by hash. */
#include "memfs_node.h"

enum { FIRST_CAPACITY = 8, FIRST_COOKIE = 3 /* behind "." and ".." */ };

/* What a name takes beside its place in the array and in the index. */
static uint64_t cost(size_t length) { return length + 1 + MEMFS_OVERHEAD; }

/* What the array and the index take. */
static uint64_t cost_of_room(uint32_t capacity, uint32_t index_size) {
    return capacity ? capacity * sizeof(memfs_name) + index_size * sizeof(uint32_t) + 2 * MEMFS_OVERHEAD : 0;
}

static uint64_t rotate(uint64_t value, int by) { return value << by | value >> (64 - by); }

static void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3: Aumasson and Bernstein, https://www.aumasson.jp/siphash/siphash.pdf */
static uint32_t hash_of(const tf_memfs *tree, const char *name, size_t length) {
    uint64_t v[4] = { tree->key[0] ^ 0x736f6d6570736575, tree->key[1] ^ 0x646f72616e646f6d,
        tree->key[0] ^ 0x6c7967656e657261, tree->key[1] ^ 0x7465646279746573 };
    for (size_t at = 0; at <= length; at += 8) {
        uint64_t word = 0;
        size_t part = length - at < 8 ? length - at : 8;
        memcpy(&word, name + at, part);
        if (part < 8) word |= (uint64_t)length << 56;
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(hash ^ hash >> 32);
}

/* Position in `names`, or -1. */
static int64_t position_of(const tf_memfs_node *folder, const char *name, size_t length) {
    if (!folder->folder.alive) return -1;
    uint32_t hash = hash_of(folder->tree, name, length), mask = folder->folder.index_size - 1;
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
    /* Nothing is charged for having both for a moment. */
    uint64_t before = cost_of_room(folder->folder.capacity, folder->folder.index_size);
    uint64_t after = cost_of_room(capacity, size);
    int result = after > before ? memfs_charge(folder->tree, after - before) : 0;
    if (result) return result;
    memfs_name *names = malloc(capacity * sizeof *names);
    uint32_t *index = calloc(size, sizeof *index);
    if (!names || !index) {
        free(names);
        free(index);
        if (after > before) memfs_refund(folder->tree, after - before);
        return -ENOMEM;
    }
    if (after < before) memfs_refund(folder->tree, before - after);
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
    if (!bytes) result = -ENOMEM;
    else if (folder->folder.used == folder->folder.capacity) result = rebuild(folder);
    if (result) {
        free(bytes);
        memfs_refund(folder->tree, cost(length));
        return result;
    }
    if (folder->folder.last_cookie < FIRST_COOKIE - 1) folder->folder.last_cookie = FIRST_COOKIE - 1;
    uint32_t hash = hash_of(folder->tree, name, length);
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

static void free_room(tf_memfs_node *folder) {
    memfs_refund(folder->tree, cost_of_room(folder->folder.capacity, folder->folder.index_size));
    free(folder->folder.names);
    free(folder->folder.index);
    folder->folder.names = NULL;
    folder->folder.index = NULL;
    folder->folder.used = folder->folder.capacity = folder->folder.index_size = 0;
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
    /* Most of it is holes: the room is given back. If there is no memory for less, it stays. */
    if (!folder->folder.alive) free_room(folder);
    else if (folder->folder.alive < folder->folder.capacity / 4 && folder->folder.capacity > FIRST_CAPACITY) rebuild(folder);
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
    free_room(folder);
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
