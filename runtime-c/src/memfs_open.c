/* memfs_open.c: opening and creating files. */
#include "memfs_node.h"

static int create(memfs_place *place, tf_memfs_node **made) {
    if (!place->folder->links) return -ENOENT; /* a folder that was removed */
    int result = memfs_make(place->folder->tree, MEMFS_FILE, made);
    if (result) return result;
    result = memfs_add(place->folder, place->name, place->length, *made);
    if (result) tf_memfs_release(*made);
    return result;
}

/* Whether what is there may be opened so. */
static int check(const memfs_place *place, int flags) {
    const tf_memfs_node *node = place->node;
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_TRUNC | O_CREAT);
    if (flags & O_CREAT && flags & O_EXCL) return -EEXIST;
    if (node->kind == MEMFS_LINK) return flags & O_DIRECTORY ? -ENOTDIR : -ELOOP; /* it was not to be followed */
    if (node->kind == MEMFS_FOLDER) return writes ? -EISDIR : 0;
    return place->slash || flags & O_DIRECTORY ? -ENOTDIR : 0;
}

int tf_memfs_open(tf_memfs_node *folder, const char *path, int flags, tf_memfs_node **found) {
    memfs_place place;
    place.creates = flags & O_CREAT;
    bool excludes = flags & O_CREAT && flags & O_EXCL;
    memfs_following following = excludes ? MEMFS_NEVER : flags & O_NOFOLLOW ? MEMFS_AT_SLASH : MEMFS_ALWAYS;
    int result = memfs_resolve(folder, path, following, &place);
    if (result) return result;
    if (!place.node) return flags & O_CREAT ? create(&place, found) : -ENOENT;
    result = check(&place, flags);
    if (result) return result;
    if (flags & O_TRUNC) result = tf_memfs_resize(place.node, 0);
    if (result) return result;
    tf_memfs_hold(place.node);
    *found = place.node;
    return 0;
}
