/* memfs_tree.c: the tree, its limit, the lives of its nodes. */
#include "memfs_node.h"
#include <sys/random.h>

enum { NODE_COST = sizeof(tf_memfs_node) + MEMFS_OVERHEAD };

tf_memfs *tf_memfs_create(uint64_t limit, uint64_t device) {
    tf_memfs *tree = calloc(1, sizeof *tree);
    if (!tree) return NULL;
    /* The root is not charged: a tree of no bytes is an empty folder. */
    tree->limit = limit > UINT64_MAX / 2 ? UINT64_MAX / 2 : limit;
    tree->limit += NODE_COST;
    tree->device = device;
    if (getrandom(tree->key, sizeof tree->key, 0) != sizeof tree->key || memfs_make(tree, MEMFS_FOLDER, &tree->root) != 0) {
        free(tree);
        return NULL;
    }
    tree->root->links = 1;
    tree->root->folder.parent = tree->root;
    return tree;
}

static void free_node(tf_memfs_node *node) {
    switch (node->kind) {
    case MEMFS_FILE: memfs_free_pages(node); break;
    case MEMFS_FOLDER: memfs_free_names(node); break;
    case MEMFS_LINK:
        if (node->link.target) memfs_refund(node->tree, node->link.length + MEMFS_OVERHEAD);
        free(node->link.target);
        break;
    }
    memfs_refund(node->tree, NODE_COST);
    free(node);
}

void tf_memfs_destroy(tf_memfs *tree) {
    if (!tree) return;
    for (tf_memfs_node *node = tree->nodes, *next; node; node = next) {
        next = node->next;
        free_node(node);
    }
    free(tree);
}

tf_memfs_node *tf_memfs_root(tf_memfs *tree) { return tree->root; }
tf_memfs *tf_memfs_tree(const tf_memfs_node *node) { return node->tree; }
bool tf_memfs_limit_reached(const tf_memfs *tree) { return tree->is_limit_reached; }
uint64_t tf_memfs_used(const tf_memfs *tree) { return tree->used - NODE_COST; }

int memfs_charge(tf_memfs *tree, uint64_t bytes) {
    if (bytes > tree->limit - tree->used) {
        tree->is_limit_reached = true;
        return -ENOSPC;
    }
    tree->used += bytes;
    return 0;
}

void memfs_refund(tf_memfs *tree, uint64_t bytes) { tree->used -= bytes; }

int memfs_make(tf_memfs *tree, memfs_kind kind, tf_memfs_node **made) {
    int result = memfs_charge(tree, NODE_COST);
    if (result) return result;
    tf_memfs_node *node = calloc(1, sizeof *node);
    if (!node) {
        memfs_refund(tree, NODE_COST);
        return -ENOMEM;
    }
    node->tree = tree;
    node->kind = kind;
    node->holders = 1;
    node->number = ++tree->last_number;
    node->accessed = node->modified = node->changed = memfs_now();
    node->next = tree->nodes;
    if (tree->nodes) tree->nodes->previous = node;
    tree->nodes = node;
    *made = node;
    return 0;
}

static void end_if_unused(tf_memfs_node *node) {
    if (node->links || node->holders) return;
    if (node->previous) node->previous->next = node->next;
    else node->tree->nodes = node->next;
    if (node->next) node->next->previous = node->previous;
    free_node(node);
}

void tf_memfs_hold(tf_memfs_node *node) { node->holders++; }

void tf_memfs_release(tf_memfs_node *node) {
    node->holders--;
    end_if_unused(node);
}

void memfs_unname(tf_memfs_node *node) {
    node->links--;
    memfs_touch_status(node);
    end_if_unused(node);
}

/* --- times and status --- */

struct timespec memfs_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time;
}

void memfs_touch_status(tf_memfs_node *node) { node->changed = memfs_now(); }

void memfs_touch(tf_memfs_node *node) { node->modified = node->changed = memfs_now(); }

static void set_time(struct timespec *time, struct timespec to) {
    if (to.tv_nsec == UTIME_NOW) *time = memfs_now();
    else if (to.tv_nsec != UTIME_OMIT) *time = to;
}

void tf_memfs_set_times(tf_memfs_node *node, const struct timespec times[2]) {
    set_time(&node->accessed, times[0]);
    set_time(&node->modified, times[1]);
    memfs_touch_status(node);
}

void tf_memfs_status(const tf_memfs_node *node, struct stat *status) {
    static const mode_t modes[] = { S_IFREG, S_IFDIR, S_IFLNK };
    *status = (struct stat){ .st_mode = modes[node->kind], .st_dev = node->tree->device, .st_ino = node->number, .st_nlink = node->links,
        .st_atim = node->accessed, .st_mtim = node->modified, .st_ctim = node->changed };
    if (node->kind == MEMFS_FILE) status->st_size = (off_t)node->file.size;
    if (node->kind == MEMFS_LINK) status->st_size = (off_t)node->link.length;
    /* Its name, its own ".", and the ".." of each folder in it. */
    if (node->kind == MEMFS_FOLDER && node->links) status->st_nlink = 2 + node->folder.folders;
}
