/* memfs_names.c: making, moving and removing names. */
#include "memfs_node.h"

/* Whether a name can be made there; `special`: what to say of "." and "..". */
static int check_new(const memfs_place *place, int special) {
    if (place->special) return special;
    if (place->node) return -EEXIST;
    return place->folder->links ? 0 : -ENOENT;
}

/* Whether there is something of that name. */
static int check_old(const memfs_place *place, int special) {
    if (place->special) return special;
    if (!place->node) return -ENOENT;
    return place->slash && place->node->kind != MEMFS_FOLDER ? -ENOTDIR : 0;
}

static int vacancy(tf_memfs_node *folder, const char *path, int special, memfs_place *place) {
    place->creates = false;
    int result = memfs_resolve(folder, path, MEMFS_NEVER, place);
    return result ? result : check_new(place, special);
}

static int existing(tf_memfs_node *folder, const char *path, int special, memfs_place *place) {
    place->creates = false;
    int result = memfs_resolve(folder, path, MEMFS_NEVER, place);
    return result ? result : check_old(place, special);
}

/* Where both paths lead, before anything is said of either. */
static int resolve_two(tf_memfs_node *folder, const char *path, memfs_place *from, tf_memfs_node *to_folder,
                       const char *to_path, memfs_place *to) {
    from->creates = to->creates = false;
    int result = memfs_resolve(folder, path, MEMFS_NEVER, from);
    return result ? result : memfs_resolve(to_folder, to_path, MEMFS_NEVER, to);
}

int tf_memfs_create_folder(tf_memfs_node *folder, const char *path) {
    memfs_place place;
    tf_memfs_node *made;
    int result = vacancy(folder, path, -EEXIST, &place);
    if (result) return result;
    result = memfs_make(folder->tree, MEMFS_FOLDER, &made);
    if (result) return result;
    result = memfs_add(place.folder, place.name, place.length, made);
    tf_memfs_release(made);
    return result;
}

int tf_memfs_remove_folder(tf_memfs_node *folder, const char *path) {
    memfs_place place;
    int result = existing(folder, path, -EINVAL, &place);
    if (result) return result;
    if (place.node->kind != MEMFS_FOLDER) return -ENOTDIR;
    if (place.node->folder.alive) return -ENOTEMPTY;
    memfs_remove(place.folder, place.name, place.length);
    return 0;
}

int tf_memfs_unlink(tf_memfs_node *folder, const char *path) {
    memfs_place place;
    int result = existing(folder, path, -EISDIR, &place);
    if (result) return result;
    if (place.node->kind == MEMFS_FOLDER) return -EISDIR;
    memfs_remove(place.folder, place.name, place.length);
    return 0;
}

int tf_memfs_link(tf_memfs_node *folder, const char *path, tf_memfs_node *to_folder, const char *to_path) {
    memfs_place from, to;
    int result = resolve_two(folder, path, &from, to_folder, to_path, &to);
    if (result) return result;
    if (from.special) return -EPERM;
    if (from.slash) return (result = check_old(&from, 0)) ? result : -EPERM; /* a folder */
    if (to.special) return -EEXIST;
    result = check_old(&from, 0);
    if (!result) result = check_new(&to, 0);
    if (result) return result;
    if (to.slash) return -ENOENT;
    if (from.node->kind == MEMFS_FOLDER) return -EPERM;
    return memfs_add(to.folder, to.name, to.length, from.node);
}

int tf_memfs_symlink(const char *target, tf_memfs_node *folder, const char *path) {
    memfs_place place;
    tf_memfs_node *made;
    size_t length = strlen(target);
    if (length == 0) return -ENOENT;
    int result = vacancy(folder, path, -EEXIST, &place);
    if (result) return result;
    if (place.slash) return -ENOENT;
    result = memfs_make(folder->tree, MEMFS_LINK, &made);
    if (result) return result;
    result = memfs_charge(folder->tree, length + MEMFS_OVERHEAD);
    if (result == 0) {
        made->link.length = length;
        made->link.target = strdup(target);
        if (!made->link.target) memfs_refund(folder->tree, length + MEMFS_OVERHEAD);
        result = made->link.target ? memfs_add(place.folder, place.name, place.length, made) : -ENOMEM;
    }
    tf_memfs_release(made);
    return result;
}

/* --- moving --- */

/* Whether a folder is `above` or lies beneath it. */
static bool lies_within(const tf_memfs_node *folder, const tf_memfs_node *above) {
    while (folder && folder != above && folder->folder.parent != folder) folder = folder->folder.parent;
    return folder == above;
}

/* In the order in which Linux looks. */
static int check_move(const memfs_place *from, const memfs_place *to) {
    bool is_folder = from->node->kind == MEMFS_FOLDER;
    if (to->slash && !is_folder) return -ENOTDIR;
    if (is_folder && lies_within(to->folder, from->node)) return -EINVAL;
    if (!to->node) return to->folder->links ? 0 : -ENOENT;
    if (to->node == from->node) return 0;
    if (to->node->kind != MEMFS_FOLDER) return is_folder ? -ENOTDIR : 0;
    if (lies_within(from->folder, to->node)) return -ENOTEMPTY;
    if (!is_folder) return -EISDIR;
    return to->node->folder.alive ? -ENOTEMPTY : 0;
}

int tf_memfs_rename(tf_memfs_node *folder, const char *path, tf_memfs_node *to_folder, const char *to_path) {
    memfs_place from, to;
    int result = resolve_two(folder, path, &from, to_folder, to_path, &to);
    if (result) return result;
    if (to.special) return -EINVAL;
    result = check_old(&from, -EINVAL);
    if (result) return result;
    result = check_move(&from, &to);
    if (result || to.node == from.node) return result;
    tf_memfs_node *moved = from.node;
    if (to.node) {
        tf_memfs_hold(moved);
        memfs_remove(from.folder, from.name, from.length);
        memfs_replace(to.folder, to.name, to.length, moved);
        tf_memfs_release(moved);
        return 0;
    }
    /* The new name first: if there is no room for it, the old one is still there. */
    tf_memfs_node *old_parent = from.folder;
    result = memfs_add(to.folder, to.name, to.length, moved);
    if (result) return result;
    memfs_remove(old_parent, from.name, from.length);
    if (moved->kind == MEMFS_FOLDER) moved->folder.parent = to.folder;
    return 0;
}
