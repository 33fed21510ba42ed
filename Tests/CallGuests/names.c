/* dns_query_ip, dns_query_raw. */
#include "testing.h"

static void say_addresses(tf_bool ipv6) {
    size_t length, count;
    const uint8_t *name = order(&length);
    const tf_slice *list;
    say_number(hostcall_dns_query_ip(&list, &count, name, length, ipv6));
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < list[i].length; at++) say(at ? "." : " "), say_number(list[i].pointer[at]);
    }
}

/* Asks for the name's addresses with identifier 0x1234, and says identifier, code and number of answers. */
static void say_raw(void) {
    static uint8_t query[512] = {0x12, 0x34, 1, 0, 0, 1};
    size_t length, answer_size, at = 12, label = 12;
    const uint8_t *name = order(&length), *found;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && name[i] != '.') continue;
        query[label] = (uint8_t)(i - (label - 12));
        for (size_t from = label - 12; from < i; from++) query[++at] = name[from];
        label = ++at;
    }
    query[at + 2] = 1, query[at + 4] = 1;
    say_number(hostcall_dns_query_raw(&found, &answer_size, query, at + 5)), say(" ");
    if (!found) return;
    say_number(found[0] << 8 | found[1]), say(" ");
    say_number(found[3] & 15), say(" ");
    say_number(found[7]);
}

TERRAFIRMA_EXPORT("run") void run(void) {
    if (wants("raw")) say_raw();
    else say_addresses(wants("ipv6"));
    send_answer();
}
