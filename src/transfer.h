/*
** transfer.h: one transfer of a transport, as the two files that make it up see it.
*/
#ifndef BYTENITE_TRANSFER_H
#define BYTENITE_TRANSFER_H

#include "transport.h"

#pragma GCC visibility push(hidden)

struct Transfer {
  Transport *transport;
  Lane *lane;
  CURL *easy;
  Transfer **holder;
  void *owner;
  Transfer *previous, *next; /* in the transport's list of those in use, or its pool */
  Transfer *next_finished;
  long long ends_at; /* microseconds: libcurl keeps the time limit, but not for a transfer that waits for a connection */
  bool in_flight;    /* libcurl has it */
  bool is_queued;    /* among the transport's finished ones */
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
  bool once_only;
  bool was_begun;   /* the request goes out, or has */
  bool was_refused; /* by the server, which did nothing */
  TransferOutcome outcome;
  CURLcode code;
  char problem[CURL_ERROR_SIZE];
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

/* Whether transfers over HTTP/2 without TLS can share a connection. */
bool transfer_shares_without_tls(void);

/* What the answer says of the server; PEER_UNKNOWN when nothing. */
Peer transfer_peer(const Transfer *transfer);

#pragma GCC visibility pop

#endif
