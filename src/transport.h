/*
** transport.h: HTTP over libcurl: requests in, answers out. Includes no lua.h and knows nothing of the API.
**
** A Transport holds one curl multi handle, so that all its transfers share connections. Nothing blocks but
** transport_step, and that for no longer than it is told. Transfers are kept for reuse when released.
*/
#ifndef BYTENITE_TRANSPORT_H
#define BYTENITE_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

#pragma GCC visibility push(hidden)

typedef enum HttpVersion { HTTP_VERSION_AUTO, HTTP_VERSION_1_1, HTTP_VERSION_2 } HttpVersion;

typedef struct TransportOptions {
  const char *user_agent;
  const char *ca_file; /* NULL: libcurl's own */
  const char *proxy;   /* NULL: the environment's; "": none */
  HttpVersion http_version;
  bool allow_http;
} TransportOptions;

typedef enum TransferOutcome {
  TRANSFER_ANSWERED, /* with any status */
  TRANSFER_TIMEOUT,
  TRANSFER_CONNECTION,
  TRANSFER_TLS,
  TRANSFER_PROTOCOL, /* the answer is no HTTP */
  TRANSFER_TOO_LARGE,
  TRANSFER_NO_MEMORY
} TransferOutcome;

typedef struct Transfer Transfer;

typedef struct Transport {
  CURLM *multi;   /* NULL when closed */
  unsigned forks; /* before it was opened: a child must not touch what it inherits */
  Buffer user_agent, ca_file, proxy;
  TransportOptions options;           /* its strings point into the buffers above */
  Transfer *in_use;                   /* started and not yet released */
  size_t in_flight;                   /* how many libcurl has */
  Transfer *pool;                     /* released, to be used again */
  Transfer *finished, *last_finished; /* ended and not yet asked for, oldest first */
} Transport;

typedef struct TransferRequest {
  const char *method;
  const char *url;
  const char *body; /* NULL: none; must stay as it is until the transfer is released */
  size_t body_length;
  const char *authorization;        /* NULL: none */
  const struct curl_slist *headers; /* further ones, as "Name: value"; copied */
  bool fresh_connection; /* libcurl repeats a request whose kept connection closes unanswered; not on a fresh one */
  long connect_timeout;  /* milliseconds */
  long timeout;          /* milliseconds */
  size_t max_response_bytes;
} TransferRequest;

/* To be called once in a process, by one thread, before any transport is opened; false when memory ran out. */
bool transport_init(bool skip_curl);

/* False in a child of the process that opened the transport. */
bool transport_is_own(const Transport *transport);

/* Opens a closed (zeroed) transport; false when memory runs out. transport_close frees what it holds, also after a failure. */
bool transport_open(Transport *transport, const TransportOptions *options);

/* Ends all transfers, closes all connections and frees everything. The holders of transfers find NULL. May be called twice. */
void transport_close(Transport *transport);

/*
** Starts a transfer and leaves it in *holder, which must stay where it is until the transfer is released. `owner` is
** given back by transfer_owner. CURLE_OK; or CURLE_OUT_OF_MEMORY, or why libcurl cannot send such a request.
*/
CURLcode transport_start(Transport *transport, const TransferRequest *request, Transfer **holder, void *owner);

/* Moves all transfers on. When none of them ends at once, waits up to `milliseconds` for something to happen. */
void transport_step(Transport *transport, int milliseconds);

/* The next transfer that has ended, NULL when there is none. Each is given once. */
Transfer *transport_next_finished(Transport *transport);

/* Ends a transfer wherever it stands, and clears the holder's pointer. */
void transport_release(Transfer *transfer);

void *transfer_owner(const Transfer *transfer);
TransferOutcome transfer_outcome(const Transfer *transfer);

/* The status of the answer; 0 without one. */
long transfer_status(const Transfer *transfer);

/* Gives the body received for an empty buffer; swapped back later, its memory serves again. */
void transfer_swap_body(Transfer *transfer, Buffer *buffer);

/* What it carries as Authorization; NULL when nothing. */
const char *transfer_authorization(const Transfer *transfer);

/* libcurl's words for what went wrong. */
const char *transfer_problem(const Transfer *transfer);

/* False when no byte of the request went out, so that the server cannot have seen it. */
bool transfer_was_sent(const Transfer *transfer);

/* True where trying again cannot help: the server's certificate was refused, or ours could not be read. */
bool transfer_certificate_refused(const Transfer *transfer);

/* Seconds the answer asks to wait before the next try; 0 when it does not say. */
double transfer_retry_after(const Transfer *transfer);

/* The answer's headers in turn: pass NULL first, then what the last call returned; NULL after the last. */
struct curl_header *transfer_next_header(const Transfer *transfer, struct curl_header *previous);

#pragma GCC visibility pop

#endif
