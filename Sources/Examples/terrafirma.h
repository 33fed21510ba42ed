/* terrafirma.h: the host calls of a Terrafirma function, for guests written in C or Swift.
 *
 * A function exports `memory`, `run` (called once per request, in a fresh instance) and an allocator,
 * `default_malloc_impl` (allocator.c is a small one). It reads the request, sets the response, and returns;
 * the host sends the response then, so calls may come in any order. Without any call the answer is 200, empty.
 *
 * Bytes to the host are a pointer and a length. Bytes from the host are two out-pointers: the host allocates in
 * the guest, with a NUL behind the bytes that the length doesn't count, and the guest owns the block. A list is
 * an array of slices, counted in elements. A pointer outside the memory ends the function with a trap.
 */
#ifndef TERRAFIRMA_H
#define TERRAFIRMA_H

#include <stddef.h>
#include <stdint.h>

#define TERRAFIRMA_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) name
#define TERRAFIRMA_EXPORT(name) __attribute__((export_name(name)))

/* A run of bytes, in lists. */
typedef struct tf_slice {
    const uint8_t *pointer;
    size_t length;
} tf_slice;

typedef int32_t tf_request;  /* a request: the incoming one, or one made by hostcall_req_create */
typedef int32_t tf_response; /* a response: the outgoing one, or one received */
typedef int32_t tf_pending;  /* a request under way, made by hostcall_req_send_async */
typedef int32_t tf_status;   /* how a call went */
typedef int32_t tf_bool;     /* 1: yes, 0: no */

enum {
    TF_REQUEST_INCOMING = 0,
    TF_RESPONSE_OUTGOING = 0,
    TF_NO_HANDLE = -1, /* in place of a handle: it did not work */
    TF_NOT_READY = -2, /* in place of a response: it is not there yet */
    TF_STATUS_OK = 0,
    TF_STATUS_INVALID = 1,
};

/* Memory and failure */

/* Tells the host which functions (as indices into table 0) allocate and free. Optional. */
void TERRAFIRMA_IMPORT(hostcall_init_mm)(void *(*allocate)(size_t), void (*release)(void *));
/* Reports why the function fails; the request is answered with an error whatever happens later. */
void TERRAFIRMA_IMPORT(hostcall_panic_hook)(const uint8_t *message, size_t length);

/* The request */

/* The distinct names of the headers, lower case. */
void TERRAFIRMA_IMPORT(hostcall_req_get_headers)(const tf_slice **names, size_t *count, tf_request request);
/* The values of one header, in order of arrival; no values if it is absent. The name's case doesn't matter. */
void TERRAFIRMA_IMPORT(hostcall_req_get_header)(
    const tf_slice **values, size_t *count, tf_request request, const uint8_t *name, size_t name_length);
/* The method, as sent. */
void TERRAFIRMA_IMPORT(hostcall_req_get_method)(const uint8_t **method, size_t *length, tf_request request);
/* The body; may be asked for again. */
void TERRAFIRMA_IMPORT(hostcall_req_get_body)(const uint8_t **body, size_t *length, tf_request request);
/* Path and query as sent, the function's own name included: /hello.wasm/more?x=1. */
void TERRAFIRMA_IMPORT(hostcall_req_get_path)(const uint8_t **path, size_t *length, tf_request request);

/* Requests to others */

/* Makes a request; TF_NO_HANDLE if method or URL is malformed, or too many have been made. */
tf_request TERRAFIRMA_IMPORT(hostcall_req_create)(
    const uint8_t *method, size_t method_length, const uint8_t *url, size_t url_length);
/* Replaces a header of a created request: one header line per value. */
tf_status TERRAFIRMA_IMPORT(hostcall_req_set_header)(
    tf_request request, const uint8_t *name, size_t name_length, const tf_slice *values, size_t count);
/* Replaces the body of a created request. */
tf_status TERRAFIRMA_IMPORT(hostcall_req_set_body)(tf_request request, const uint8_t *body, size_t length);
/* Sends a created request and waits for the response, after at most 10 redirects; TF_NO_HANDLE if none came or the host
 * doesn't permit it. A redirect to where the host permits no requests is the response. */
tf_response TERRAFIRMA_IMPORT(hostcall_req_send)(tf_request request);
/* Sends a created request, and doesn't wait. What is still under way when the function returns is cancelled. */
tf_pending TERRAFIRMA_IMPORT(hostcall_req_send_async)(tf_request request);
/* Waits for the response; the handle is gone then. */
tf_response TERRAFIRMA_IMPORT(hostcall_pending_req_wait)(tf_pending pending);
/* The response if it is there, and the handle is gone; else TF_NOT_READY. */
tf_response TERRAFIRMA_IMPORT(hostcall_pending_req_poll)(tf_pending pending);
/* Waits for the first of several, and tells which one it was, also if it failed: that handle is gone then. */
tf_response TERRAFIRMA_IMPORT(hostcall_pending_req_select)(const tf_pending *list, size_t count, tf_pending *done);

/* Received responses */

/* The distinct names of the headers, lower case. */
void TERRAFIRMA_IMPORT(hostcall_resp_get_headers)(const tf_slice **names, size_t *count, tf_response response);
/* The values of one header; none if it is absent. */
void TERRAFIRMA_IMPORT(hostcall_resp_get_header)(
    const tf_slice **values, size_t *count, tf_response response, const uint8_t *name, size_t name_length);
/* The body, decompressed. */
void TERRAFIRMA_IMPORT(hostcall_resp_get_body)(const uint8_t **body, size_t *length, tf_response response);
/* The status code; 0 for a bad handle. */
uint32_t TERRAFIRMA_IMPORT(hostcall_resp_get_response_code)(tf_response response);

/* The response to the client */

/* Replaces a header: one header line per value, none to take it away. */
tf_status TERRAFIRMA_IMPORT(hostcall_resp_set_header)(
    tf_response response, const uint8_t *name, size_t name_length, const tf_slice *values, size_t count);
/* Replaces the body. */
tf_status TERRAFIRMA_IMPORT(hostcall_resp_set_body)(tf_response response, const uint8_t *body, size_t length);
/* Sets the status code, 200 to 599. */
tf_status TERRAFIRMA_IMPORT(hostcall_resp_set_response_code)(tf_response response, uint32_t code);

/* Values by key, which outlive the request: one store for all functions of a site. What can't be kept, since it is too
 * large or the store fails, changes nothing and is answered with 0. */

/* Sets a value; whether the key had none before. */
tf_bool TERRAFIRMA_IMPORT(hostcall_kvstore_insert)(
    const uint8_t *key, size_t key_length, const uint8_t *value, size_t value_length);
/* Sets a value only if the key has none, whatever the name says; whether it had none. */
tf_bool TERRAFIRMA_IMPORT(hostcall_kvstore_upsert)(
    const uint8_t *key, size_t key_length, const uint8_t *value, size_t value_length);
/* Adds bytes to the end of a value; whether the key had none before. */
tf_bool TERRAFIRMA_IMPORT(hostcall_kvstore_append)(
    const uint8_t *key, size_t key_length, const uint8_t *bytes, size_t length);
/* The value of a key, NULL and 0 if it has none; whether it has one. */
tf_bool TERRAFIRMA_IMPORT(hostcall_kvstore_get)(
    const uint8_t **value, size_t *value_length, const uint8_t *key, size_t key_length);
/* Takes a key away; whether it was there. */
tf_bool TERRAFIRMA_IMPORT(hostcall_kvstore_remove)(const uint8_t *key, size_t key_length);

/* Names, of hosts that requests may be sent to */

/* The answer to a question in the wire format of the domain name system; whether there is one. */
tf_bool TERRAFIRMA_IMPORT(hostcall_dns_query_raw)(
    const uint8_t **answer, size_t *answer_length, const uint8_t *query, size_t query_length);
/* The addresses of a host, of 4 bytes each, or of 16; whether there are any. */
tf_bool TERRAFIRMA_IMPORT(hostcall_dns_query_ip)(
    const tf_slice **addresses, size_t *count, const uint8_t *name, size_t name_length, tf_bool ipv6);

/* Randomness, time and the log */

/* 64 random bits, fit for keys. */
uint64_t TERRAFIRMA_IMPORT(hostcall_rng_next_u64)(void);
/* Seconds since 1970; the rest of the second goes to *nanoseconds, unless that is NULL. */
uint64_t TERRAFIRMA_IMPORT(hostcall_time_now)(uint32_t *nanoseconds);
/* A word for the server's log; a length of (size_t)-1 means that a NUL ends it. */
void TERRAFIRMA_IMPORT(hostcall_debug)(const uint8_t *message, size_t length);

/* Allocates and never frees: an instance lives for one request. Traps if the memory can't grow. (allocator.c) */
void *tf_allocate(size_t size);

/* Shorthands */

/* The length of a C string. There is no libc here. */
static inline size_t tf_length(const char *text) {
    size_t length = 0;
    while (text[length] != 0) length++;
    return length;
}

/* Sets the body of the outgoing response to a C string. */
static inline void tf_answer(const char *text) {
    hostcall_resp_set_body(TF_RESPONSE_OUTGOING, (const uint8_t *)text, tf_length(text));
}

/* Sets one header of the outgoing response to one value. */
static inline void tf_answer_header(const char *name, const char *value) {
    tf_slice values = {(const uint8_t *)value, tf_length(value)};
    hostcall_resp_set_header(
        TF_RESPONSE_OUTGOING, (const uint8_t *)name, tf_length(name), &values, 1);
}

#endif
