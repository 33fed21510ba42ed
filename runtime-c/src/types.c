/* types.c: canonical function types. Interned once per loaded module's type, never forgotten. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tf_runtime.h"

typedef struct interned {
    struct interned *next; /* in its bucket */
    tf_signature signature;
    uint32_t id;
} interned;

enum { bucket_count = 1024 };

static interned *buckets[bucket_count];
/* By id; entry 0 unused. Its block moves when it grows, so it is only read under the mutex. */
static interned **by_id;
static uint32_t last_id, capacity;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint32_t hash(const uint32_t *items, uint32_t count, uint32_t seed) {
    uint32_t value = seed ^ count;
    for (uint32_t i = 0; i < count; i++) value = (value ^ items[i]) * 16777619u;
    return value;
}

static bool equal(const tf_signature *a, const tf_signature *b) {
    size_t size = sizeof *a->parameters;
    return a->parameter_count == b->parameter_count && a->result_count == b->result_count &&
           (a->parameter_count == 0 || memcmp(a->parameters, b->parameters, size * a->parameter_count) == 0) &&
           (a->result_count == 0 || memcmp(a->results, b->results, size * a->result_count) == 0);
}

/* Room for one more id. */
static bool reserve(void) {
    if (last_id + 1 < capacity) return true;
    uint32_t larger = capacity ? capacity * 2 : 256;
    interned **moved = realloc(by_id, larger * sizeof *moved);
    if (!moved) return false;
    by_id = moved;
    capacity = larger;
    return true;
}

static interned *add(const tf_signature *type) {
    size_t count = (size_t)type->parameter_count + type->result_count;
    interned *new = reserve() ? malloc(sizeof *new + count * sizeof(uint32_t)) : NULL;
    if (!new) return NULL;
    uint32_t *items = (uint32_t *)(new + 1);
    if (type->parameter_count) memcpy(items, type->parameters, type->parameter_count * sizeof *items);
    if (type->result_count)
        memcpy(items + type->parameter_count, type->results, type->result_count * sizeof *items);
    new->signature = *type;
    new->signature.parameters = items;
    new->signature.results = items + type->parameter_count;
    new->id = ++last_id;
    by_id[new->id] = new;
    return new;
}

uint32_t tf_type_intern(const uint32_t *parameters, uint32_t parameter_count, const uint32_t *results,
                        uint32_t result_count) {
    tf_signature type = {parameters, results, parameter_count, result_count};
    uint32_t seed = hash(parameters, parameter_count, 2166136261u);
    interned **bucket = &buckets[hash(results, result_count, seed) % bucket_count];
    pthread_mutex_lock(&mutex);
    interned *found = *bucket;
    while (found && !equal(&found->signature, &type)) found = found->next;
    if (!found && (found = add(&type))) {
        found->next = *bucket;
        *bucket = found;
    }
    uint32_t id = found ? found->id : 0;
    pthread_mutex_unlock(&mutex);
    return id;
}

tf_signature tf_type_signature(uint32_t id) {
    tf_signature none = {0};
    pthread_mutex_lock(&mutex);
    tf_signature found = id > 0 && id <= last_id ? by_id[id]->signature : none;
    pthread_mutex_unlock(&mutex);
    return found;
}
