/*
** Tests of src/http/sent.c.
*/
#include <stdint.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

static int start(Transfer *transfer) {
  char address[] = "127.0.0.1";
  return sent_before_request(transfer, address, address, 1, 2);
}

static Transfer *make(Transport *transport) {
  Transfer *transfer = NULL;
  server_open_transport(transport);
  CHECK_NUMBER(CURLE_OK, transfer_new(transport, &transfer));
  return transfer;
}

static void finish(Transport *transport, Transfer *transfer) {
  transfer_free(transfer);
  transport_close(transport);
}

static void allows_only_the_first_start(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK(!transfer_was_sent(transfer));
  transfer->opens_socket = true;
  CHECK_NUMBER(CURL_PREREQFUNC_OK, start(transfer));
  CHECK(!transfer->opens_socket); /* its connection is established */
  CHECK(transfer->was_begun && transfer->connection == NULL);
  CHECK_NUMBER(CURL_PREREQFUNC_ABORT, start(transfer));
  CHECK_NUMBER(CURL_PREREQFUNC_ABORT, start(transfer));
  finish(&transport, transfer);
}

/* Adds the connection that the transfer's addresses name. Its descriptor is one end of a pipe. */
static Connection *add_connection(Transport *transport, int descriptor) {
  static Connection connection;
  connection = (Connection){.descriptor = descriptor,
                            .local_port = 2,
                            .remote_port = 1,
                            .local_address = "127.0.0.1",
                            .remote_address = "127.0.0.1"};
  transport->connections.first = &connection;
  return &connection;
}

static void enters_its_connection(void) {
  int ends[2];
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK(pipe(ends) == 0);
  Connection *connection = add_connection(&transport, ends[0]);
  CHECK_NUMBER(CURL_PREREQFUNC_OK, start(transfer));
  CHECK(transfer->connection == connection && connection->users == 1);
  CHECK(!transfer->is_over_http1);
  transport.connections.first = NULL;
  close(ends[0]);
  close(ends[1]);
  finish(&transport, transfer);
}

static void knows_a_connection_that_serves_http1(void) {
  int ends[2];
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK(pipe(ends) == 0);
  Connection *connection = add_connection(&transport, ends[0]);
  connection->has_served = true;
  CHECK_NUMBER(CURL_PREREQFUNC_OK, start(transfer));
  CHECK(transfer->is_over_http1);
  transfer->was_begun = false;
  connection->is_http2 = true;
  CHECK_NUMBER(CURL_PREREQFUNC_OK, start(transfer));
  CHECK(!transfer->is_over_http1);
  transport.connections.first = NULL;
  close(ends[0]);
  close(ends[1]);
  finish(&transport, transfer);
}

static void turns_a_stale_connection_away(void) {
  int ends[2];
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK(pipe(ends) == 0);
  Connection *connection = add_connection(&transport, ends[0]);
  connection->was_used = true;
  close(ends[1]);
  CHECK_NUMBER(CURL_PREREQFUNC_ABORT, start(transfer));
  CHECK(transfer->was_turned_away && !transfer->was_begun && connection->users == 0);
  CHECK(!transfer_was_sent(transfer));
  connection->was_used = false;
  CHECK_NUMBER(CURL_PREREQFUNC_ABORT, start(transfer)); /* only one start is allowed */
  transport.connections.first = NULL;
  close(ends[0]);
  finish(&transport, transfer);
}

static void takes_a_long_request_for_sent(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  transfer->body_length = 16 * 1024;
  CHECK(!transfer_was_sent(transfer));
  CHECK_NUMBER(CURL_PREREQFUNC_OK, start(transfer));
  CHECK(!transfer_was_sent(transfer)); /* no byte has left, and it is one record */
  transfer->body_length++;
  CHECK(transfer_was_sent(transfer));
  transfer->body_length = SIZE_MAX;
  CHECK(transfer_was_sent(transfer));
  finish(&transport, transfer);
}

static void counts_what_left(void) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  server_open(&server);
  server_open_transport(&transport);
  const TransferRequest request = server_request(&server);
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  CHECK(!transfer_was_sent(holder));
  const int connection = server_accept(&server, &transport);
  server_read_head(connection, &transport);
  CHECK(transfer_was_sent(holder));
  close(connection);
  CHECK(server_next_finished(&transport) == holder);
  CHECK(transfer_was_sent(holder) && !sent_can_restart(holder));
  transport_close(&transport);
  server_close(&server);
}

static void restarts_once_where_nothing_left(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  transfer->outcome = TRANSFER_CONNECTION;
  CHECK(!sent_can_restart(transfer)); /* no connection: the next one would fail, too */
  transfer->was_turned_away = true;
  CHECK(sent_can_restart(transfer));
  transfer->was_turned_away = false;
  transfer->was_begun = true;
  CHECK(sent_can_restart(transfer));
  transfer->was_restarted = true;
  CHECK(!sent_can_restart(transfer));
  transfer->was_restarted = false;
  transfer->outcome = TRANSFER_TIMEOUT;
  CHECK(!sent_can_restart(transfer));
  transfer->outcome = TRANSFER_CONNECTION;
  transfer->body_length = SIZE_MAX; /* any part of it may have left */
  CHECK(!sent_can_restart(transfer));
  finish(&transport, transfer);
}

UNIT(sent_unit, "http/sent", {"allows the first start and no other", allows_only_the_first_start},
     {"counts itself among the users of its connection", enters_its_connection},
     {"knows a connection that serves HTTP/1.1", knows_a_connection_that_serves_http1},
     {"turns a stale connection away", turns_a_stale_connection_away},
     {"counts a request of more than one record as sent once it was begun", takes_a_long_request_for_sent},
     {"counts the bytes that left", counts_what_left},
     {"can be restarted once if no byte left", restarts_once_where_nothing_left});
