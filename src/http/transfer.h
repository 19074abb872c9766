/*
** transfer.h: a single transfer, for the files of the transport: transfer.c (its life), request.c
** (the options of libcurl), sent.c and tls_unread.c (whether the request may leave, and whether it
** left), tls_options.c (certificates), response.c (the response), stream.c (bodies in pieces),
** transport.c and event_loop.c (many transfers).
*/
#ifndef BYTENITE_TRANSFER_H
#define BYTENITE_TRANSFER_H

#include "http/transport.h"

#pragma GCC visibility push(hidden)

/* The streamed bodies of a transfer. */
typedef struct Stream {
  bool is_on;
  long long size;           /* bytes of the request body; negative: it has none */
  Buffer input;             /* the part of it that has been read */
  size_t taken;             /* bytes of `input` that libcurl has */
  bool is_starved, is_full; /* libcurl waits for bytes, or for room */
  bool has_begun;           /* bytes of a streamed body have arrived */
} Stream;

struct Transfer {
  Transport *transport;
  ConnectionPool *pool;
  PoolKind pool_kind;
  CURL *easy;
  Transfer **holder;
  void *owner;
  Transfer *previous, *next; /* in the transport's list of those in use, or in its free list */
  Transfer *next_queued;
  TransferQueue *queue; /* its queue, or NULL */
  bool in_flight;       /* libcurl has it */

  /* time limits, in microseconds (event_loop.c) */
  long timeout; /* milliseconds */
  long long ends_at;
  long long connects_by; /* when libcurl is made to check its limit for connecting */

  /* current options of libcurl, since most requests resemble the one before (request.c) */
  CURLU *address;     /* where requests go */
  Buffer origin, url; /* the source of `address`; the whole URL with the target */
  struct curl_slist *headers;
  const struct curl_slist *common_headers; /* those of the request that are in `headers` */
  Buffer authorization;                    /* the value in `headers` */
  bool headers_are_plain;                  /* without additional headers */
  bool headers_have_body;
  bool headers_are_for_large; /* for a body for which libcurl would expect a "100 Continue" */
  long version, wait_for_connection, fresh_connect, forbid_reuse, connect_timeout;
  curl_off_t max_announced; /* bytes of a body whose length is announced */
  bool shows_certificate;   /* the client's */
  char method[16];
  bool method_has_body;

  /* whether the request left (sent.c) */
  bool once_only;
  Connection *connection; /* the one that carries it; NULL before, or if it is unknown */
  bool was_begun;         /* libcurl was allowed to send it */
  bool was_turned_away;   /* the connection that libcurl chose is not usable; nothing was sent */
  bool is_over_http1;     /* its connection has served HTTP/1.1 */
  bool was_restarted;     /* on a new connection, since nothing had been sent */
  long sent_before;       /* bytes that libcurl counts as sent, before this request */
  size_t body_length;     /* bytes; SIZE_MAX for a streamed body, of which libcurl may have taken any part */
  bool opens_socket;      /* libcurl has asked for a socket for it */

  /* the response (response.c) */
  size_t max_response_bytes;
  size_t header_bytes;               /* of status line, headers and trailers, including interim responses */
  size_t header_count;               /* including interim responses and trailers */
  size_t headers_start, headers_end; /* counts before and after the header section of the response */
  bool has_whole_head;
  Buffer response;
  TransferOutcome outcome;
  CURLcode code;
  char problem[CURL_ERROR_SIZE];

  Stream stream;
};

/* transfer.c */

/* Makes a transfer. Returns CURLE_OK or an error. */
CURLcode transfer_new(Transport *transport, Transfer **made);
void transfer_free(Transfer *transfer);

/* Prepares a transfer for a request, or for sending the same request again on a new connection. */
CURLcode transfer_prepare(Transfer *transfer, const TransferRequest *request);
void transfer_prepare_restart(Transfer *transfer);

/* Records how a transfer ended. */
void transfer_end(Transfer *transfer, CURLcode code);

/* Returns whether no proxy is used, whatever the environment says. */
bool transfer_uses_no_proxy(const TransportOptions *options);

/* Returns the protocol that the response shows; PROTOCOL_UNKNOWN if it shows none. */
Protocol transfer_protocol(const Transfer *transfer);

/* request.c */

/* Sets all options of libcurl for a request, and chooses the kind of pool. */
CURLcode request_set_options(Transfer *transfer, const TransferRequest *request);

/* Returns whether a request has approximately more than `limit` bytes. */
bool request_is_longer_than(const Transfer *transfer, size_t limit);

/* Keeps libcurl from using an open connection. */
void request_demand_new_connection(Transfer *transfer);

/* Returns whether transfers over HTTP/2 without TLS can share a connection. */
bool request_can_share_without_tls(void);

/* sent.c */

/* Called by libcurl before it sends a request, and again before it retries one by itself. */
int sent_before_request(void *context, char *remote_address, char *local_address, int remote_port, int local_port);

/*
** Returns whether a transfer that ended without a response can be started again immediately:
** nothing was sent, and a new connection may help.
*/
bool sent_can_restart(const Transfer *transfer);

/* tls_options.c */

/* Makes libcurl trust only the authorities in the transport's options. */
CURLcode tls_set_trust(const Transfer *transfer);

/* Sets whether the next request shows the client's certificate, if there is one. */
CURLcode tls_set_certificate(Transfer *transfer, bool is_shown);

/* tls_unread.c */

/* Returns whether OpenSSL has read bytes from a transfer's connection that libcurl has not. */
bool tls_has_unread(CURL *easy);

/* response.c */

/*
** Called by libcurl with a line of the header section or the trailers, and with a piece of the
** body.
*/
size_t response_receive_header(char *data, size_t size, size_t count, void *context);
size_t response_receive_body(char *data, size_t size, size_t count, void *context);

/* Resets the response, and frees large buffers. */
void response_reset(Transfer *transfer);

/*
** Returns the outcome of a transfer, from libcurl's result and the received bytes. May write
** transfer->problem.
*/
TransferOutcome response_judge(Transfer *transfer, CURLcode code);

/*
** Returns whether a transfer failed because of the client certificate, or because there was none.
*/
bool response_refuses_certificate(const Transfer *transfer);

/* stream.c */

/* Called by libcurl for bytes of a streamed body. */
size_t stream_send(char *data, size_t size, size_t count, void *context);

/*
** Receives bytes of a streamed body and stores the result for libcurl. Returns false if the body is
** not streamed: that of an error.
*/
bool stream_receive(Transfer *transfer, const char *data, size_t length, size_t *result);

CURLcode stream_prepare(Transfer *transfer, const TransferRequest *request);

/* transport.c and event_loop.c */

/* Queues a stream that has received bytes or wants some, unless it is queued already. */
void transport_add_ready_stream(Transfer *transfer);

/* Ends a transfer with libcurl's result. */
void transport_finish(Transfer *transfer, CURLcode code);

/* Makes libcurl continue with a stream that is no longer paused. */
void transport_resume(Transfer *transfer);

/* Reads the clock into transport->now. */
void transport_read_clock(Transport *transport);

/* Restarts the time limit of a transfer, because a byte of its stream has moved. */
void transport_restart_limit(Transfer *transfer);

/* Makes sure that the time limits of this transfer are enforced in time. */
void transport_note_limit(const Transfer *transfer);

#pragma GCC visibility pop

#endif
