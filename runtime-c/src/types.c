/* types.c: canonical types. A recursive group is interned when a module that has it is loaded, and never forgotten.
 *
 * Groups are equal if their definitions are, word for word: references into the own group are positions, all others
 * canonical ids, which are equal if the types are. The ids of a group are consecutive, in its order.
 * https://webassembly.github.io/spec/core/appendix/properties.html#type-equivalence
 *
 * Interning takes the mutex; looking a type up does not: chunks and types are published when complete, and stay. */
#include "tf_types.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

_Atomic(tf_type_chunk *) tf_type_chunks[TF_TYPE_RELATIVE >> TF_TYPE_CHUNK_SHIFT];

typedef struct group {
    struct group *next; /* in its bucket */
    uint64_t hash;
    uint32_t first_id;
    uint32_t word_count;
    uint32_t words[]; /* what makes groups equal */
} group;

static group **buckets;
static uint64_t bucket_count, group_count;
static uint32_t last_id;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const uint32_t largest_id = TF_TYPE_RELATIVE - 1;

/* Of all groups and types together: nothing is ever freed, and a structure may have 10,000 fields. */
static const uint64_t most_bytes = UINT64_C(512) << 20;
static uint64_t used_bytes;

/* --- Groups --- */

static const size_t head_words = 6;

static size_t words_of(const tf_type_definition *type) {
    return head_words + type->parameter_count + type->result_count + 2 * (size_t)type->field_count;
}

static uint32_t *append(uint32_t *to, const void *from, size_t words) {
    if (words) memcpy(to, from, words * sizeof *to);
    return to + words;
}

/* The group as words; free if it is not kept. NULL: no memory. */
static group *group_of(const tf_type_definition *definitions, uint32_t count) {
    size_t words = 0;
    for (uint32_t i = 0; i < count; i++) words += words_of(&definitions[i]);
    group *new = words <= UINT32_MAX ? malloc(sizeof *new + words * sizeof *new->words) : NULL;
    if (!new) return NULL;
    new->word_count = (uint32_t)words;
    uint32_t *to = new->words;
    for (uint32_t i = 0; i < count; i++) {
        const tf_type_definition *type = &definitions[i];
        const uint32_t head[] = {type->kind,            type->is_final,     type->supertype,
                                 type->parameter_count, type->result_count, type->field_count};
        to = append(to, head, head_words);
        to = append(to, type->parameters, type->parameter_count);
        to = append(to, type->results, type->result_count);
        to = append(to, type->fields, 2 * (size_t)type->field_count);
    }
    /* Seeded by where the process was loaded: a module can't be made of colliding groups. */
    uint64_t hash = (uintptr_t)&mutex;
    for (size_t i = 0; i < words; i++) {
        hash = (hash ^ new->words[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    new->hash = hash;
    return new;
}

static group *find(const group *wanted) {
    if (bucket_count == 0) return NULL;
    group *each = buckets[wanted->hash % bucket_count];
    for (; each; each = each->next) {
        if (each->hash == wanted->hash && each->word_count == wanted->word_count &&
            memcmp(each->words, wanted->words, wanted->word_count * sizeof *wanted->words) == 0)
            break;
    }
    return each;
}

/* Room in the table for one more group. */
static bool reserve_bucket(void) {
    if (group_count < bucket_count) return true;
    uint64_t larger = bucket_count ? bucket_count * 2 + 1 : 1021;
    group **table = calloc(larger, sizeof(group *));
    if (!table) return bucket_count > 0;
    for (uint64_t i = 0; i < bucket_count; i++) {
        for (group *each = buckets[i], *next; each; each = next) {
            next = each->next;
            each->next = table[each->hash % larger];
            table[each->hash % larger] = each;
        }
    }
    free(buckets);
    buckets = table;
    bucket_count = larger;
    return true;
}

/* Room in the chunks for ids up to `id`. */
static bool reserve_ids(uint32_t id) {
    for (uint32_t i = last_id >> TF_TYPE_CHUNK_SHIFT; i <= id >> TF_TYPE_CHUNK_SHIFT; i++) {
        if (atomic_load_explicit(&tf_type_chunks[i], memory_order_relaxed)) continue;
        tf_type_chunk *chunk = calloc(1, sizeof *chunk);
        if (!chunk) return false;
        atomic_store_explicit(&tf_type_chunks[i], chunk, memory_order_release);
    }
    return true;
}

/* --- Types --- */

/* A group on its way to canonical types. `memory` is what is left of their block. */
typedef struct building {
    const tf_type_definition *definitions;
    uint32_t count;
    uint32_t first_id;
    uint32_t *memory;
    uint64_t bytes; /* of the group itself */
} building;

static uint32_t depth_of(const tf_type_definition *definitions, uint32_t position) {
    for (uint32_t depth = 0;; depth++) {
        uint32_t supertype = definitions[position].supertype;
        if (supertype == 0) return depth;
        if (supertype < TF_TYPE_RELATIVE) return depth + 1 + tf_type_of(supertype)->depth;
        position = supertype - TF_TYPE_RELATIVE; /* a lower one: validated */
    }
}

static uint32_t canonical(const building *group, uint32_t type) {
    uint32_t id = tf_value_type_id(type);
    if (id < TF_TYPE_RELATIVE) return type;
    return (group->first_id + id - TF_TYPE_RELATIVE) << 9 | (type & 0x1FF);
}

static const uint32_t *canonical_list(building *group, const uint32_t *types, uint32_t count) {
    uint32_t *list = group->memory;
    for (uint32_t i = 0; i < count; i++) list[i] = canonical(group, types[i]);
    group->memory += count;
    return list;
}

/* ObjectLayout.swift has the same rule. Empty for functions. */
static void lay_out(building *group, tf_type *type, const tf_type_definition *definition) {
    uint32_t count = definition->field_count;
    tf_field *fields = (tf_field *)group->memory;
    uint32_t *offsets = (uint32_t *)(fields + count), *references = offsets + count;
    uint32_t end = sizeof(tf_object);
    for (uint32_t i = 0; i < count; i++) {
        fields[i] = (tf_field){canonical(group, definition->fields[i].type), definition->fields[i].is_mutable};
        uint32_t size = tf_storage_size(fields[i].type), alignment = size < 8 ? size : 8;
        offsets[i] = (end + alignment - 1) & ~(alignment - 1);
        end = offsets[i] + size;
        if (tf_value_type_is_traced(fields[i].type)) references[type->reference_count++] = offsets[i];
    }
    type->field_count = count;
    type->fields = fields;
    type->offsets = offsets;
    type->references = references;
    if (type->kind == TF_TYPE_STRUCTURE) type->size = end;
    if (type->kind == TF_TYPE_ARRAY) type->size = tf_storage_size(fields[0].type);
    group->memory += count * 4;
}

static void complete(building *group, tf_type *type, uint32_t position) {
    const tf_type_definition *definition = &group->definitions[position];
    uint32_t *ancestors = group->memory;
    group->memory += type->depth + 1;
    if (type->depth > 0) {
        uint32_t supertype = definition->supertype;
        if (supertype >= TF_TYPE_RELATIVE) supertype += group->first_id - TF_TYPE_RELATIVE;
        append(ancestors, tf_type_of(supertype)->ancestors, type->depth);
    }
    ancestors[type->depth] = type->id;
    type->ancestors = ancestors;
    lay_out(group, type, definition);
    if (type->kind != TF_TYPE_FUNCTION) return;
    type->signature.parameter_count = definition->parameter_count;
    type->signature.result_count = definition->result_count;
    type->signature.parameters = canonical_list(group, definition->parameters, definition->parameter_count);
    type->signature.results = canonical_list(group, definition->results, definition->result_count);
}

/* With the mutex held. */
static bool has_room(uint64_t bytes) { return bytes <= most_bytes - used_bytes; }

/* The types of the ids from group->first_id on. False: no memory, nothing changed. Published before they are
 * complete, since they refer to each other: nobody else knows these ids yet. */
static bool make_types(building *group) {
    size_t words = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const tf_type_definition *type = &group->definitions[i];
        words += 1 + depth_of(group->definitions, i);
        words += (size_t)type->parameter_count + type->result_count + 4 * (size_t)type->field_count;
    }
    uint64_t bytes = group->count * sizeof(tf_type) + words * sizeof(uint32_t);
    tf_type *types = has_room(group->bytes + bytes) ? calloc(1, bytes) : NULL;
    if (!types) return false;
    used_bytes += group->bytes + bytes;
    group->memory = (uint32_t *)(types + group->count);
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t id = types[i].id = group->first_id + i;
        types[i].kind = group->definitions[i].kind;
        types[i].depth = depth_of(group->definitions, i);
        tf_type_chunk *chunk = atomic_load_explicit(&tf_type_chunks[id >> TF_TYPE_CHUNK_SHIFT], memory_order_relaxed);
        atomic_store_explicit(&chunk->types[id & (TF_TYPE_CHUNK - 1)], &types[i], memory_order_release);
    }
    for (uint32_t i = 0; i < group->count; i++) complete(group, &types[i], i);
    return true;
}

/* With the mutex held. Takes `new` over or frees it. 0: no room. */
static uint32_t first_id_of(group *new, const tf_type_definition *definitions, uint32_t count) {
    group *found = find(new);
    if (found) {
        free(new);
        return found->first_id;
    }
    uint64_t bytes = sizeof *new + new->word_count * sizeof *new->words;
    building building = {definitions, count, last_id + 1, NULL, bytes};
    if (count > largest_id - last_id || !reserve_bucket() || !reserve_ids(last_id + count) ||
        !make_types(&building)) {
        free(new);
        return 0;
    }
    new->first_id = last_id + 1;
    new->next = buckets[new->hash % bucket_count];
    buckets[new->hash % bucket_count] = new;
    group_count++;
    last_id += count;
    return new->first_id;
}

bool tf_type_intern_group(const tf_type_definition *definitions, uint32_t count, uint32_t *ids) {
    if (count == 0) return true;
    group *new = group_of(definitions, count);
    if (!new) return false;
    pthread_mutex_lock(&mutex);
    uint32_t id = first_id_of(new, definitions, count);
    pthread_mutex_unlock(&mutex);
    for (uint32_t i = 0; id && i < count; i++) ids[i] = id + i;
    return id != 0;
}

uint32_t tf_type_intern(const uint32_t *parameters, uint32_t parameter_count, const uint32_t *results,
                        uint32_t result_count) {
    tf_type_definition type = {
        .kind = TF_TYPE_FUNCTION,
        .is_final = 1,
        .parameter_count = parameter_count,
        .result_count = result_count,
        .parameters = parameters,
        .results = results,
    };
    uint32_t id;
    return tf_type_intern_group(&type, 1, &id) ? id : 0;
}

tf_signature tf_type_signature(uint32_t id) {
    const tf_type *type = tf_type_of(id);
    return type ? type->signature : (tf_signature){0};
}
