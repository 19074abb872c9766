/*
** transport.h: HTTP over libcurl: requests in, responses out. Independent of Lua and of the API.
**
** The transfers of a transport share connections. Only transport_step and transport_wait block, at
** most as long as the caller allows. Released transfers are kept in a free list.
*/
#ifndef BYTENITE_TRANSPORT_H
#define BYTENITE_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "http/connection_pool.h"
#include "http/connections.h"
#include "http/poller.h"

#pragma GCC visibility push(hidden)

typedef enum HttpVersion { HTTP_VERSION_AUTO, HTTP_VERSION_1_1, HTTP_VERSION_2 } HttpVersion;

typedef struct TransportOptions {
  const char *user_agent;
  const char *ca_file, *ca_path;        /* of authorities; both NULL: libcurl's own */
  const char *client_cert, *client_key; /* NULL: none; the key is in the file of the certificate */
  const char *proxy;                    /* NULL: the environment's; "": none */
  HttpVersion http_version;
  bool is_https;          /* whether most requests are */
  size_t max_connections; /* at least 1; also the largest number of transfers at once */
} TransportOptions;

/* The protocol of the server, once a response has shown it. */
typedef enum Protocol { PROTOCOL_UNKNOWN, PROTOCOL_HTTP_1, PROTOCOL_HTTP_2 } Protocol;

typedef enum TransferOutcome {
  TRANSFER_RESPONSE, /* a complete response with any status */
  TRANSFER_TIMEOUT,
  TRANSFER_CONNECTION,
  TRANSFER_TLS,
  TRANSFER_PROTOCOL, /* the response is not HTTP */
  TRANSFER_TOO_LARGE,
  TRANSFER_NO_MEMORY
} TransferOutcome;

typedef struct Transfer Transfer;

/* A queue of transfers, oldest first. A transfer is in at most one queue. */
typedef struct TransferQueue {
  Transfer *first, *last;
  size_t count;
} TransferQueue;

typedef struct Transport {
  bool is_open;
  unsigned forks; /* of the process before it was opened: a child must not use it */
  Buffer user_agent, ca_file, ca_path, client_cert, client_key, proxy;
  TransportOptions options; /* its strings point into the buffers above */
  ConnectionPool *pools;    /* all pools, including retired ones */
  ConnectionPool *current_pools[POOL_KINDS];
  Connections connections;
  Poller poller;        /* closed if the system has none: then libcurl waits */
  long long now;        /* microseconds; the clock is read once per step */
  long long next_limit; /* microseconds: when the earliest time limit of a transfer passes */
  Protocol protocol;
  bool wants_probe;      /* it is not yet known whether connections can be shared */
  Transfer *probe;       /* the first transfer: it opens a connection while others wait for it */
  long long probe_until; /* microseconds: when others stop waiting for it */
  size_t in_flight;      /* transfers that libcurl has */
  Transfer *in_use;      /* started and not yet released */
  Transfer *free_list;
  TransferQueue finished;
  TransferQueue ready_streams; /* streams that have received bytes or want some */
} Transport;

typedef struct TransferRequest {
  const char *method;
  const char *url;
  const char *body; /* NULL: none; must stay unchanged until the transfer is released */
  size_t body_length;
  const char *authorization;               /* NULL: none */
  const struct curl_slist *headers;        /* additional headers, as "Name: value"; copied */
  const struct curl_slist *common_headers; /* more headers, except for names in `headers`; never change */
  bool shows_certificate;                  /* whether to show the client's certificate */
  bool once_only;                          /* the server must not receive it twice */
  bool on_new_connection;                  /* a retry: the connection before has failed */
  long connect_timeout;                    /* milliseconds */
  long timeout;                            /* milliseconds; for a stream: without progress */
  size_t max_response_bytes;
  bool streams;          /* the bodies pass through a bounded buffer; `body` is ignored */
  long long stream_size; /* bytes of a streamed request body; negative: it has none */
  bool decodes;          /* undoes a Content-Encoding of a streamed response */
} TransferRequest;

enum { STREAM_PIECE = 64 * 1024 }; /* approximate bytes that a stream buffers in each direction */

/*
** Must be called once in a process, by one thread, before a transport is opened. Returns false if
** memory runs out.
*/
bool transport_init(bool skip_curl);

/* Returns false in a child of the process that opened the transport. */
bool transport_is_own(const Transport *transport);

/*
** Opens a closed (zeroed) transport. Returns false if memory runs out. transport_close frees what
** it holds, also after a failure.
*/
bool transport_open(Transport *transport, const TransportOptions *options);

/*
** Ends all transfers, closes all connections and frees everything. Sets the holders of transfers to
** NULL. May be called twice.
*/
void transport_close(Transport *transport);

/*
** Starts a transfer and stores it in *holder, which must stay valid until the transfer is released.
** transfer_owner returns `owner`. Returns CURLE_OK, CURLE_OUT_OF_MEMORY, or why libcurl cannot send
** the request. A transfer that libcurl does not accept has ended.
*/
CURLcode transport_start(Transport *transport, const TransferRequest *request, Transfer **holder, void *owner);

/*
** Returns whether another transfer should be started now. A surplus transfer would wait inside
** libcurl, or open a connection although it could share one. A once-only transfer waits for the
** first response, because it needs a new connection unless the server uses HTTP/2.
*/
bool transport_has_room(const Transport *transport, bool once_only);

/* Returns the number of transfers in flight or finished and not yet taken. */
size_t transport_load(const Transport *transport);

/*
** Waits up to `milliseconds` for the end of a transfer, the only one in flight. Returns false if it
** takes longer.
*/
bool transport_wait(Transport *transport, const Transfer *transfer, long milliseconds);

/* Sends the requests that were started since the last step. Does nothing else. */
void transport_flush(Transport *transport);

/*
** Drives all transfers. If none of them ends immediately, waits up to `milliseconds` for something
** to happen.
*/
void transport_step(Transport *transport, int milliseconds);

/*
** Returns the descriptor that becomes readable when transport_step has something to do; -1 if the
** system has none.
*/
int transport_descriptor(const Transport *transport);

/*
** Makes the descriptor readable after `milliseconds` at the latest (negative: no limit), or
** earlier if a transfer needs it. Returns the milliseconds until then, or -1 if no timer is needed.
*/
long long transport_arm(Transport *transport, long long milliseconds);

/* In a forked child: closes the child's own descriptors and forgets everything else. */
void transport_forget(Transport *transport);

/* Removes and returns the next transfer that has ended; NULL if there is none. */
Transfer *transport_next_finished(Transport *transport);

/* Returns the next stream that has received bytes or wants some; NULL if there is none. */
Transfer *transport_next_ready_stream(Transport *transport);

/* Ends a transfer in any state, and clears its holder. */
void transport_release(Transfer *transfer);

void *transfer_owner(const Transfer *transfer);
TransferOutcome transfer_outcome(const Transfer *transfer);

/* Returns the status of the response; 0 without one. */
long transfer_status(const Transfer *transfer);

/* Swaps the received body for an empty buffer. Swap it back later to reuse its memory. */
void transfer_swap_body(Transfer *transfer, Buffer *buffer);

/* Returns whether libcurl has finished the transfer. */
bool transfer_has_ended(const Transfer *transfer);

/* Returns how many bytes of its body a stream wants now. */
size_t transfer_wanted(const Transfer *transfer);

/* Adds bytes of a stream's body. Returns false if memory runs out. */
bool transfer_feed(Transfer *transfer, const char *bytes, size_t count);

/*
** Swaps the bytes that a stream has received for an empty buffer, which stays empty if the body is
** not streamed, and resumes the stream.
*/
void transfer_take(Transfer *transfer, Buffer *buffer);

/* Returns the value of its Authorization header; NULL without one. */
const char *transfer_authorization(const Transfer *transfer);

/* Returns what went wrong, in libcurl's words or ours. */
const char *transfer_problem(const Transfer *transfer);

/* Returns false only if no byte of the request can have left. */
bool transfer_was_sent(const Transfer *transfer);

/*
** Returns whether another attempt cannot help: a certificate was refused or could not be read, or
** the proxy refused to connect.
*/
bool transfer_is_final(const Transfer *transfer);

/* Returns the status with which a proxy refused to connect; 0 if it did not. */
long transfer_proxy_status(const Transfer *transfer);

/*
** Returns the number of headers of the response. Over HTTP/2 libcurl 7.88 lists the trailers after
** them.
*/
size_t transfer_header_count(const Transfer *transfer);

/*
** Iterates over the headers of the response: pass NULL first, then the last result. Returns NULL
** after the last one.
*/
struct curl_header *transfer_next_header(const Transfer *transfer, struct curl_header *previous);

#pragma GCC visibility pop

#endif
