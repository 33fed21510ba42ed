/* wasi_memory.c: folders that live in memory: granting them. What is done in them is where it is done in others. */
#include "wasi_internal.h"
#include <stdlib.h>

typedef struct tf_wasi_tree {
    struct tf_wasi_tree *next;
    tf_memfs *files;
} tf_wasi_tree;

/* No device of the host's has such a number; each tree of a guest has one of its own. */
static const uint64_t first_device = 0x6d656d6673000000;

int tf_wasi_memory_result(int64_t result) {
    if (result >= 0) return WASI_SUCCESS;
    return tf_wasi_path_errno((int)-result);
}

int tf_wasi_preopen_memory(tf_wasi *wasi, uint64_t bytes, const char *guest) {
    tf_wasi_tree *tree = calloc(1, sizeof *tree);
    uint64_t device = first_device;
    for (const tf_wasi_tree *other = wasi->trees; other; other = other->next) device++;
    if (tree) tree->files = tf_memfs_create(bytes, device);
    if (!tree || !tree->files) {
        free(tree);
        return -ENOMEM;
    }
    tf_memfs_node *root = tf_memfs_root(tree->files);
    tf_memfs_hold(root);
    int result = tf_wasi_preopen(wasi, (tf_wasi_entry){ .host = -1, .node = root }, guest);
    if (result != 0) {
        tf_memfs_destroy(tree->files);
        free(tree);
        return result;
    }
    tree->next = wasi->trees;
    wasi->trees = tree;
    return 0;
}

bool tf_wasi_memory_limit_reached(const tf_wasi *wasi) {
    for (const tf_wasi_tree *tree = wasi->trees; tree; tree = tree->next)
        if (tf_memfs_limit_reached(tree->files)) return true;
    return false;
}

void tf_wasi_trees_destroy(tf_wasi_tree *tree) {
    while (tree) {
        tf_wasi_tree *next = tree->next;
        tf_memfs_destroy(tree->files);
        free(tree);
        tree = next;
    }
}
