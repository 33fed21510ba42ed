/* tf_payload.h: what a standalone executable carries, as `tfc compile --emit executable` writes it and main.c reads it.
 *
 * The kernel maps all of it, by program headers of the executable: nothing is opened, mapped or relocated at start. A
 * program header of a type of our own says where the head is; behind it, in the same read-only segment, come the
 * table, the names and the image of the memories. The code has segments of its own, at the addresses it was relocated
 * for. Numbers are little-endian.
 *
 * The table is a module in the order of decode_module.c, without pointers: lists as a count and their items, types by
 * their index in the module. Everything is bounds-checked while it is read. StandaloneTable.swift writes it.
 */
#ifndef TF_PAYLOAD_H
#define TF_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised when anything here or the order of the table changes. */
#define TF_PAYLOAD_VERSION 2

/* Of the program header: in the range that is left to operating systems. */
#define TF_PAYLOAD_HEADER 0x60007466u

#define TF_PAYLOAD_MAGIC "tfmodule"

typedef struct tf_payload {
    char magic[8];
    uint64_t checksum;     /* of the words from `version` to the end of the table */
    uint32_t version;      /* TF_PAYLOAD_VERSION */
    uint32_t abi;          /* TF_ABI_VERSION */
    uint64_t file_bytes;   /* of the whole executable */
    uint64_t table_bytes;  /* from the head's start to the table's end, a multiple of 8 */
    uint64_t names_bytes;  /* behind the table */
    uint64_t image;        /* address */
    uint64_t image_bytes;
    uint64_t image_offset; /* in the executable; like the address a multiple of 4096 */
    uint64_t text;         /* the code's executable segment */
    uint64_t text_bytes;
    uint64_t attach;       /* address of tf_attach in it */
    uint64_t level;        /* of the processor that the code needs, as tf_processor_level counts them */
} tf_payload;

/* The payload of the running program, all its parts within segments that they may be in. NULL: `*problem` says why. */
const tf_payload *tf_payload_find(const char **problem);

#endif
