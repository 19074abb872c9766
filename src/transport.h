/*
** transport.h: HTTP over libcurl: requests in, answers out. Includes no lua.h and knows nothing of the API.
**
** The transfers of a Transport share connections. Nothing blocks but transport_step, and that for no longer than it is
** told. Transfers are kept for reuse when released.
*/
#ifndef BYTENITE_TRANSPORT_H
#define BYTENITE_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "poller.h"
#include "sockets.h"

#pragma GCC visibility push(hidden)

typedef enum HttpVersion { HTTP_VERSION_AUTO, HTTP_VERSION_1_1, HTTP_VERSION_2 } HttpVersion;

typedef struct TransportOptions {
  const char *user_agent;
  const char *ca_file; /* NULL: libcurl's own */
  const char *proxy;   /* NULL: the environment's; "": none */
  HttpVersion http_version;
  bool is_https;          /* most requests are */
  size_t max_connections; /* at least 1; also the most transfers at once */
} TransportOptions;

/*
** What is known of the server. Whether many transfers can share a connection is only known once there is one, so the first transfer,
** the scout, goes ahead alone and opens it.
*/
typedef enum Peer {
  PEER_UNKNOWN,
  PEER_SILENT, /* the scout got no answer, or not soon enough: nobody waits for another one */
  PEER_HTTP_1,
  PEER_HTTP_2
} Peer;

typedef struct Transport Transport;

/* A multi handle of libcurl's: the connections that some transfers share. */
typedef struct Lane {
  Transport *transport;
  CURLM *multi;     /* NULL until a transfer takes the lane */
  size_t in_flight; /* how many transfers libcurl has there */
  bool is_due;      /* libcurl has something to do: there are new ones */
} Lane;

/*
** Large bodies go to a server over HTTP/1.1 while others use HTTP/2. Their connections lie apart: libcurl shares none with a host that has answered over
** HTTP/1.1, and a once-only request over HTTP/2 must not land on a kept HTTP/1.1 connection.
*/
enum { LANE_MAIN, LANE_LARGE, LANES };

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

struct Transport {
  bool is_open;
  unsigned forks; /* before it was opened: a child must not touch what it inherits */
  Buffer user_agent, ca_file, proxy;
  TransportOptions options; /* its strings point into the buffers above */
  Lane lanes[LANES];
  Sockets sockets;
  Poller poller;      /* closed where there is none: libcurl waits then */
  bool looks_at_all;  /* instead of being told of sockets that are ready, libcurl looks at all transfers */
  long long now;      /* when the clock was looked at last, in microseconds */
  long long moved_at; /* when libcurl was last let do what is due, in microseconds */
  long long sweep_at; /* when the time limits are looked at next, in microseconds */
  Peer peer;
  Transfer *scout;                    /* NULL when nobody waits for one */
  long long scout_until;              /* when others wait no more for it */
  Transfer *in_use;                   /* started and not yet released */
  Transfer *pool;                     /* released, to be used again */
  Transfer *finished, *last_finished; /* ended and not yet asked for, oldest first */
  size_t queued;                      /* how many those are */
  Transfer *calling, *last_calling;   /* streams under way that have bytes to give or want some, oldest first */
};

typedef struct TransferRequest {
  const char *method;
  const char *url;
  const char *body; /* NULL: none; must stay as it is until the transfer is released */
  size_t body_length;
  const char *authorization;        /* NULL: none */
  const struct curl_slist *headers; /* further ones, as "Name: value"; copied */
  bool once_only;       /* libcurl repeats a request whose kept HTTP/1.1 connection closes unanswered; not this one */
  long connect_timeout; /* milliseconds */
  long timeout;         /* milliseconds; of a stream: without a byte moving */
  size_t max_response_bytes;
  bool streams;          /* the bodies go through a bounded buffer, piece by piece; `body` is not looked at then */
  long long stream_size; /* bytes of a streamed request's body; negative: it has none */
} TransferRequest;

enum { STREAM_PIECE = 64 * 1024 }; /* bytes a stream holds in each direction, about */

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

/*
** Whether another transfer should be started now. More than that would wait inside libcurl, where no time limit holds; or open connections
** where one may do. A once-only one waits until the server has answered, because it needs a fresh connection where that is not HTTP/2.
*/
bool transport_has_room(const Transport *transport, bool once_only);

/* How many transfers are under way, or have ended and are to be asked for. */
size_t transport_load(const Transport *transport);

/* Waits some milliseconds for the end of the only transfer under way; false when it takes longer. */
bool transport_finish(Transport *transport, const Transfer *transfer, long milliseconds);

/* Moves all transfers on. When none of them ends at once, waits up to `milliseconds` for something to happen. */
void transport_step(Transport *transport, int milliseconds);

/* The descriptor that becomes readable when transport_step has something to do; -1 where the system has none. */
int transport_descriptor(const Transport *transport);

/*
** Makes that descriptor readable after `milliseconds` at the latest, or when a transfer needs it; negative: only then. The milliseconds
** that is; -1: it is never for time's sake.
*/
long long transport_arm(Transport *transport, long long milliseconds);

/* In a forked child: closes the descriptors that are the child's own, and forgets the rest. */
void transport_forget(Transport *transport);

/* The next transfer that has ended, NULL when there is none. Each is given once. */
Transfer *transport_next_finished(Transport *transport);

/* The next stream that has bytes to give, or wants some; NULL when there is none. */
Transfer *transport_next_calling(Transport *transport);

/* Ends a transfer wherever it stands, and clears the holder's pointer. */
void transport_release(Transfer *transfer);

void *transfer_owner(const Transfer *transfer);
TransferOutcome transfer_outcome(const Transfer *transfer);

/* The status of the answer; 0 without one. */
long transfer_status(const Transfer *transfer);

/* Gives the body received for an empty buffer; swapped back later, its memory serves again. */
void transfer_swap_body(Transfer *transfer, Buffer *buffer);

/* Whether libcurl is done with it. */
bool transfer_has_ended(const Transfer *transfer);

/* How many bytes of its body a stream wants now. */
size_t transfer_wanted(const Transfer *transfer);

/* Gives a stream bytes of its body; false when memory ran out. */
bool transfer_feed(Transfer *transfer, const char *bytes, size_t count);

/* Takes what a stream has received for an empty buffer, which stays empty when that is no streamed body; and lets it go on. */
void transfer_take(Transfer *transfer, Buffer *buffer);

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
