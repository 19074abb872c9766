/*
** transfer.h: one transfer of a transport, as the files see it that make up the transport.
*/
#ifndef BYTENITE_TRANSFER_H
#define BYTENITE_TRANSFER_H

#include "http/transport.h"

#pragma GCC visibility push(hidden)

/* What a transfer has whose bodies go through in pieces. */
typedef struct Stream {
  bool is_on;
  long long size;           /* bytes of the request's body; negative: it has none */
  Buffer input;             /* what of it is at hand */
  size_t taken;             /* by libcurl, of those */
  bool is_starved, is_full; /* libcurl waits for bytes; for room */
  bool has_begun;           /* the answer's body is one to be streamed, and has begun */
  bool is_calling;          /* among the transport's calling ones */
  Transfer *next_calling;
  long patience; /* milliseconds without a byte moving */
} Stream;

struct Transfer {
  Transport *transport;
  Lane *lane;
  CURL *easy;
  CURLU *address;     /* where its requests go */
  Buffer origin, url; /* what that was made of; and the whole, with what the request asks for */
  Transfer **holder;
  void *owner;
  Transfer *previous, *next; /* in the transport's list of those in use, or its pool */
  Transfer *next_finished;
  long long ends_at; /* microseconds: libcurl keeps the time limit, but not for a transfer that waits for a connection */
  long long connects_by; /* microseconds: when libcurl is made to look whether the limit for connecting has passed */
  bool in_flight;        /* libcurl has it */
  bool is_queued;        /* among the transport's finished ones */
  struct curl_slist *headers;
  Buffer authorization;   /* the value that stands in `headers`, so that equal requests keep them */
  bool headers_are_plain; /* no further ones among them */
  bool headers_have_body;
  bool headers_are_for_large; /* a body for which libcurl would ask first */
  /* options as libcurl has them */
  long version, wait_for_connection, fresh, forbid_reuse, connect_timeout, timeout;
  char method[16]; /* the same, where the last request had a body */
  bool method_has_body;
  Buffer response;
  size_t max_response_bytes;
  curl_socket_t opened; /* the socket that was opened last for it; perhaps closed since */
  bool once_only;
  bool was_begun;   /* the request goes out, or has */
  bool was_refused; /* by the server, which did nothing */
  TransferOutcome outcome;
  CURLcode code;
  char problem[CURL_ERROR_SIZE];
  Stream stream;
};

/* Makes a transfer; CURLE_OK, or why there is none. */
CURLcode transfer_new(Transport *transport, Transfer **made);

void transfer_free(Transfer *transfer);

/* Tells libcurl all about a request. */
CURLcode transfer_prepare(Transfer *transfer, const TransferRequest *request);

/* Empties the response; keeps its memory within reason. */
void transfer_reset_response(Transfer *transfer);

/* Notes how the transfer ended. */
void transfer_end(Transfer *transfer, CURLcode code);

/* Called by libcurl for bytes of a streamed body; must not run Lua. */
size_t stream_send(char *data, size_t size, size_t count, void *context);

/* Takes bytes of an answer in, and says in *result what to tell libcurl; false for a body that is not to be streamed: an error's. */
bool stream_receive(Transfer *transfer, const char *data, size_t length, size_t *result);

/* Tells libcurl of a stream's body. */
CURLcode stream_prepare(Transfer *transfer, const TransferRequest *request);

/* Notes that a stream has bytes to give, or wants some. */
void transport_call(Transfer *transfer);

/* Lets libcurl go on where a stream no longer waits. */
void transport_resume(Transfer *transfer);

/* Whether transfers over HTTP/2 without TLS can share a connection. */
bool transfer_shares_without_tls(void);

/* What the answer says of the server; PEER_UNKNOWN when nothing. */
Peer transfer_peer(const Transfer *transfer);

#pragma GCC visibility pop

#endif
