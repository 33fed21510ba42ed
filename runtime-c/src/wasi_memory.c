/* wasi_memory.c: folders that live in memory: granting them. What is done in them is where it is done in others. */
#include "wasi_internal.h"
#include <stdlib.h>

typedef struct tf_wasi_tree {
    struct tf_wasi_tree *next;
    tf_memfs *files;
} tf_wasi_tree;

int tf_wasi_memory_result(int64_t result) {
    if (result >= 0) return WASI_SUCCESS;
    return tf_wasi_path_errno((int)-result);
}

int tf_wasi_preopen_memory(tf_wasi *wasi, uint64_t bytes, const char *guest) {
    tf_wasi_tree *tree = calloc(1, sizeof *tree);
    if (tree) tree->files = tf_memfs_create(bytes);
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
