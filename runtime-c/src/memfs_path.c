/* memfs_path.c: where paths lead. */
#include "memfs_node.h"

enum { MOST_LINKS = 40 };

/* Puts a link's target in front of what is left of the path, which is a part of `text`. */
static int substitute(memfs_place *place, const tf_memfs_node *link, const char *rest, const char **next) {
    size_t left = strlen(rest);
    if (link->link.target[0] == '/') return -EXDEV;
    if (link->link.length + left >= sizeof place->text) return -ENAMETOOLONG;
    memmove(place->text + link->link.length, rest, left + 1);
    memcpy(place->text, link->link.target, link->link.length);
    *next = place->text;
    return 0;
}

/* One component: `length` bytes at `name`, the path ends behind it (but for slashes) if `is_last`. */
typedef struct component {
    const char *name, *rest; /* `rest`: its slashes, and what follows */
    size_t length;
    bool is_last, slash;
} component;

static component take(const char *path) {
    component c = { .name = path, .length = strcspn(path, "/") };
    c.rest = path + c.length;
    size_t slashes = strspn(c.rest, "/");
    c.slash = slashes != 0;
    c.is_last = c.rest[slashes] == 0;
    return c;
}

static bool is_special(const component *c) {
    return (c->length == 1 && c->name[0] == '.') || (c->length == 2 && c->name[0] == '.' && c->name[1] == '.');
}

/* Follows "." or "..". */
static int step(const tf_memfs_node *start, const component *c, tf_memfs_node **at) {
    if (c->length == 1) return 0;
    if (*at == start) return -EXDEV;
    if (!(*at)->folder.parent) return -ENOENT; /* it was removed */
    *at = (*at)->folder.parent;
    return 0;
}

int memfs_resolve(tf_memfs_node *start, const char *path, memfs_following following, memfs_place *place) {
    size_t length = strlen(path);
    if (length == 0) return -ENOENT;
    if (length >= sizeof place->text) return -ENAMETOOLONG;
    if (path[0] == '/') return -EXDEV;
    memcpy(place->text, path, length + 1);
    tf_memfs_node *at = start;
    const char *next = place->text;
    for (int links = 0;;) {
        component c = take(next);
        if (c.length > NAME_MAX) return -ENAMETOOLONG;
        bool special = is_special(&c);
        if (place->creates && c.is_last && c.slash && !special) return -EISDIR;
        tf_memfs_node *found = at;
        if (special) {
            int result = step(start, &c, &at);
            if (result) return result;
            found = at;
        } else {
            found = memfs_look_up(at, c.name, c.length);
        }
        bool follows = !c.is_last || following == MEMFS_ALWAYS || (following == MEMFS_AT_SLASH && c.slash);
        if (found && found->kind == MEMFS_LINK && follows) {
            if (++links > MOST_LINKS) return -ELOOP;
            int result = substitute(place, found, c.rest, &next);
            if (result) return result;
            continue;
        }
        if (c.is_last) {
            place->folder = special ? NULL : at;
            place->node = found;
            place->name = c.name;
            place->length = c.length;
            place->slash = c.slash;
            place->special = special;
            return 0;
        }
        if (!found) return -ENOENT;
        if (found->kind != MEMFS_FOLDER) return -ENOTDIR;
        at = found;
        next = c.rest + strspn(c.rest, "/");
    }
}

int tf_memfs_find(tf_memfs_node *folder, const char *path, bool follow, tf_memfs_node **found) {
    memfs_place place;
    place.creates = false;
    int result = memfs_resolve(folder, path, follow ? MEMFS_ALWAYS : MEMFS_AT_SLASH, &place);
    if (result) return result;
    if (!place.node) return -ENOENT;
    if (place.slash && place.node->kind != MEMFS_FOLDER) return -ENOTDIR;
    tf_memfs_hold(place.node);
    *found = place.node;
    return 0;
}

ssize_t tf_memfs_readlink(tf_memfs_node *folder, const char *path, char *target, size_t size) {
    memfs_place place;
    place.creates = false;
    int result = memfs_resolve(folder, path, MEMFS_NEVER, &place);
    if (result) return result;
    if (!place.node) return -ENOENT;
    if (place.node->kind != MEMFS_LINK) return place.slash && place.node->kind == MEMFS_FILE ? -ENOTDIR : -EINVAL;
    if (place.slash) return -ENOTDIR;
    size_t count = place.node->link.length < size ? place.node->link.length : size;
    memcpy(target, place.node->link.target, count);
    return (ssize_t)count;
}
