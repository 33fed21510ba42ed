/* kvstore_insert, kvstore_upsert, kvstore_append, kvstore_get, kvstore_remove. */
#include "testing.h"

static void say_value(void) {
    const uint8_t *value = (const uint8_t *)"untouched";
    size_t length = 9;
    say_number(hostcall_kvstore_get(&value, &length, BYTES("key")));
    say(value ? "=" : "-");
    say_bytes(value, length), say(" ");
}

TERRAFIRMA_EXPORT("run") void run(void) {
    size_t length;
    const uint8_t *value = order(&length);
    if (wants("insert")) say_number(hostcall_kvstore_insert(BYTES("key"), value, length)), say(" ");
    if (wants("upsert")) say_number(hostcall_kvstore_upsert(BYTES("key"), value, length)), say(" ");
    if (wants("append")) say_number(hostcall_kvstore_append(BYTES("key"), value, length)), say(" ");
    if (wants("remove")) say_number(hostcall_kvstore_remove(BYTES("key"))), say(" ");
    say_value();
    send_answer();
}
