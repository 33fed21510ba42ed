/* tf_standalone.h: a module and what to do with it, as the payload's table describes it. */
#ifndef TF_STANDALONE_H
#define TF_STANDALONE_H

#include "tf_decoder.h"
#include "tf_payload.h"
#include "tf_runtime.h"

/* A command has one entry; what is to be initialized first has two. */
enum { TF_MOST_ENTRIES = 2 };

typedef struct tf_standalone tf_standalone;
struct tf_standalone {
    tf_module module;
    /* Functions that are no WASI; NULL: there are none. Called with each import in turn; false: none of its. */
    bool (*find)(tf_standalone *, uint32_t import, tf_text module, tf_text name, tf_extern *);
    tf_extern *imports;     /* functions of WASI, whose data is the store's, and what `find` found */
    uint32_t entries[TF_MOST_ENTRIES]; /* offsets of tf_functions in the instance, to be called in this order */
    uint32_t entry_count;
    uint32_t defined_functions;
    bool lacks_import; /* the last that was read is nobody's */
};

/* Reads the table, attaches the code and declares where it is. Called once. False: `*problem` says why. */
bool tf_standalone_load(const tf_payload *payload, tf_standalone *program, const char **problem);

/* The same without the image's file, of a table that lies elsewhere. What follows the entries is left. */
bool tf_standalone_read(tf_decoder *table, const tf_payload *payload, tf_standalone *program, const char **problem);

/* Whether a memory begins with more than is copied into it, and module->image must be a file. */
bool tf_standalone_needs_file(const tf_module *module);

/* The parts of the table, in their order (decode_types.c, decode_module.c, decode_segments.c). What is wrong with them
 * is in decoder->failed. */
void tf_decode_types(tf_decoder *, tf_module *);   /* only the ids: the number is the code's */
uint32_t tf_decode_type_count(tf_decoder *);
void tf_decode_definitions(tf_decoder *, tf_standalone *);
void tf_decode_segments(tf_decoder *, tf_module *, const tf_payload *);

/* A value type whose type index becomes a canonical id; the ids are those of all `count` types. */
uint32_t tf_decode_value_type(tf_decoder *, const uint32_t *ids, uint32_t count);

tf_expression tf_decode_expression(tf_decoder *, const tf_module *);

/* The offset in the instance of a reference that the table names by its number. */
uint32_t tf_decode_reference(tf_decoder *, const tf_module *);

#endif
