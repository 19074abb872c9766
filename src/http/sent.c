/*
** sent.c: decides whether a request was sent.
**
** libcurl retries requests by itself: when a reused connection breaks before a response, when the
** server refuses a stream, after a GOAWAY, in more cases with each release. It calls
** sent_before_request each time. Only the first start is allowed, so that no request is sent
** without being counted: the caller decides about another attempt.
**
** "Not sent" is never guessed from an error text. It holds if libcurl was never allowed to start,
** or if its count of sent bytes has not changed since the start. Some releases count a write only
** after it has succeeded as a whole, so a part of a request of more than one TLS record may have
** left without being counted: a request of this size counts as sent.
*/
#include "http/transfer.h"

enum { ONE_RECORD = 16 * 1024 }; /* bytes */

static long count_sent(const Transfer *transfer) {
  long bytes = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes;
}

/*
** Returns whether a request may be written to a connection. Unread bytes in an idle connection
** cannot be its response.
*/
static bool is_usable(const Transfer *transfer, const Connection *connection) {
  const bool is_kept = connection->users == 0 && connection->has_served;
  return connection_is_usable(connection, transfer->once_only) && !(is_kept && tls_has_unread(transfer->easy));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl declares the type */
int sent_before_request(void *context, char *remote_address, char *local_address, int remote_port, int local_port) {
  Transfer *transfer = context;
  Connections *connections = &transfer->transport->connections;
  const Endpoints ends = {local_address, remote_address, local_port, remote_port};
  Connection *connection = connections_find(connections, &ends);
  if (transfer->opens_socket) connections_end_opening(connections, transfer);
  transfer->opens_socket = false;
  if (transfer->was_begun || transfer->was_turned_away) return CURL_PREREQFUNC_ABORT;
  transfer->is_over_http1 = connection != NULL && connection->has_served && !connection->is_http2;
  if (connection != NULL && !is_usable(transfer, connection)) {
    transfer->was_turned_away = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (connection != NULL) connection_enter(connection, transfer->pool);
  transfer->connection = connection;
  transfer->sent_before = count_sent(transfer);
  transfer->was_begun = true;
  return CURL_PREREQFUNC_OK;
}

bool transfer_was_sent(const Transfer *transfer) {
  if (!transfer->was_begun) return false;
  return count_sent(transfer) > transfer->sent_before || request_is_longer_than(transfer, ONE_RECORD);
}

bool sent_can_restart(const Transfer *transfer) {
  if (transfer->was_restarted || transfer->outcome != TRANSFER_CONNECTION) return false;
  return transfer->was_turned_away || (transfer->was_begun && !transfer_was_sent(transfer));
}
