/* memfs_node.h: what the memfs_*.c files share. */
#ifndef MEMFS_NODE_H
#define MEMFS_NODE_H

#include "tf_memfs.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* OVERHEAD: what an allocation takes beside what was asked for, at most about. */
enum { MEMFS_PAGE = 4096, MEMFS_OVERHEAD = 32 };

typedef enum memfs_kind { MEMFS_FILE, MEMFS_FOLDER, MEMFS_LINK } memfs_kind;

/* A name in a folder. Removed ones (`node` NULL) stay until the folder is rebuilt, so that positions hold. */
typedef struct memfs_name {
    char *bytes; /* NUL-terminated, owned */
    tf_memfs_node *node;
    uint64_t cookie; /* ascending within the folder */
    uint32_t hash, length;
} memfs_name;

struct tf_memfs_node {
    tf_memfs *tree;
    tf_memfs_node *previous, *next; /* all nodes of the tree */
    memfs_kind kind;
    uint32_t links;   /* names it has; the root has one */
    uint32_t holders; /* descriptors, and paths being resolved */
    uint64_t number;
    struct timespec accessed, modified, changed;
    union {
        struct {
            uint8_t **pages; /* NULL: zeros that nobody wrote */
            uint64_t page_count, size;
        } file;
        struct {
            memfs_name *names; /* by cookie */
            uint32_t used, capacity, alive;
            uint32_t *index; /* twice `capacity` or more, a power of two: positions in `names` plus one, or 0 */
            uint32_t index_size, folders;
            uint64_t last_cookie;
            tf_memfs_node *parent; /* itself for the root; NULL when it was removed */
        } folder;
        struct {
            char *target;
            size_t length;
        } link;
    };
};

struct tf_memfs {
    uint64_t limit, used, last_number, device;
    uint64_t key[2]; /* of the hash of names */
    bool is_limit_reached;
    tf_memfs_node *nodes, *root;
};

/* --- memfs_tree.c --- */

/* Takes bytes of the limit: 0 or -ENOSPC. */
int memfs_charge(tf_memfs *, uint64_t bytes);
void memfs_refund(tf_memfs *, uint64_t bytes);
/* A node without a name, held once. */
int memfs_make(tf_memfs *, memfs_kind kind, tf_memfs_node **made);
/* After a name of it was taken away. */
void memfs_unname(tf_memfs_node *);
/* Sets the times that a change of the contents sets. */
void memfs_touch(tf_memfs_node *);
void memfs_touch_status(tf_memfs_node *);
struct timespec memfs_now(void);

/* --- memfs_data.c --- */

void memfs_free_pages(tf_memfs_node *);

/* --- memfs_folder.c --- */

void memfs_free_names(tf_memfs_node *);
tf_memfs_node *memfs_look_up(const tf_memfs_node *folder, const char *name, size_t length);
/* Gives a node a name that the folder does not have. */
int memfs_add(tf_memfs_node *folder, const char *name, size_t length, tf_memfs_node *node);
/* Takes a name away that it has. */
void memfs_remove(tf_memfs_node *folder, const char *name, size_t length);
/* Lets a name that it has be another node's. */
void memfs_replace(tf_memfs_node *folder, const char *name, size_t length, tf_memfs_node *node);

/* --- memfs_path.c --- */

/* Where a path leads. */
typedef struct memfs_place {
    tf_memfs_node *folder; /* of the last component; NULL if that is `special` */
    tf_memfs_node *node;   /* what is there; NULL: nothing */
    const char *name;      /* the last component, in `text` */
    size_t length;
    bool slash;            /* it was followed by slashes */
    bool special;          /* it is "." or ".." */
    bool creates;          /* set before resolving: a file is to be made there, whose name no slash may follow */
    char text[PATH_MAX];
} memfs_place;

typedef enum memfs_following { MEMFS_NEVER, MEMFS_AT_SLASH, MEMFS_ALWAYS } memfs_following;

/* `following`: what to do if the last component is a link. */
int memfs_resolve(tf_memfs_node *start, const char *path, memfs_following following, memfs_place *place);

#endif
