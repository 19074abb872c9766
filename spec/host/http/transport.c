/*
** Tests of src/http/transport.c: transfers, and the queues they are in.
*/
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

/* A transport with transfers to a server that does not respond. */
typedef struct Fixture {
  Server server;
  Transport transport;
  Transfer *transfers[3];
} Fixture;

static void open_fixture(Fixture *fixture) {
  *fixture = (Fixture){0};
  server_open(&fixture->server);
  server_open_transport(&fixture->transport);
  const TransferRequest request = server_request(&fixture->server);
  for (int i = 0; i < 3; i++)
    CHECK_NUMBER(CURLE_OK,
                 transport_start(&fixture->transport, &request, &fixture->transfers[i], &fixture->transfers[i]));
}

static void close_fixture(Fixture *fixture) {
  transport_close(&fixture->transport);
  server_close(&fixture->server);
}

static void takes_the_finished_in_order(void) {
  Fixture fixture;
  open_fixture(&fixture);
  CHECK(transport_next_finished(&fixture.transport) == NULL);
  CHECK_NUMBER(3, transport_load(&fixture.transport));
  const ConnectionPool *pool = fixture.transport.current_pools[POOL_MAIN];
  CHECK(pool->in_flight == 3 && pool->new_transfers == 3 && !pool->has_new_once_only);
  Transfer *const *transfers = fixture.transfers;
  transport_finish(transfers[1], CURLE_OPERATION_TIMEDOUT);
  transport_finish(transfers[0], CURLE_OPERATION_TIMEDOUT);
  transport_finish(transfers[2], CURLE_OPERATION_TIMEDOUT);
  CHECK_NUMBER(0, fixture.transport.in_flight);
  CHECK_NUMBER(0, pool->in_flight);
  CHECK_NUMBER(3, transport_load(&fixture.transport));
  CHECK(transport_next_finished(&fixture.transport) == transfers[1]);
  CHECK(transport_next_finished(&fixture.transport) == transfers[0]);
  CHECK(transport_next_finished(&fixture.transport) == transfers[2]);
  CHECK(transport_next_finished(&fixture.transport) == NULL);
  CHECK_NUMBER(0, transport_load(&fixture.transport));
  close_fixture(&fixture);
}

/* Releases the transfer at `position` in the queue of finished ones, then adds one to the queue. */
static void release_finished(int position) {
  Fixture fixture;
  open_fixture(&fixture);
  const TransferRequest request = server_request(&fixture.server);
  Transfer *another = NULL;
  Transfer *const *transfers = fixture.transfers;
  for (int i = 0; i < 3; i++)
    transport_finish(transfers[i], CURLE_OPERATION_TIMEDOUT);
  const Transfer *left[3] = {transfers[position == 0 ? 1 : 0], transfers[position == 2 ? 1 : 2]};
  transport_release(transfers[position]);
  CHECK(transfers[position] == NULL);
  CHECK_NUMBER(2, transport_load(&fixture.transport));
  CHECK_NUMBER(CURLE_OK, transport_start(&fixture.transport, &request, &another, NULL));
  transport_finish(another, CURLE_OPERATION_TIMEDOUT); /* is appended to the queue */
  left[2] = another;
  for (int i = 0; i < 3; i++)
    CHECK(transport_next_finished(&fixture.transport) == left[i]);
  CHECK(transport_next_finished(&fixture.transport) == NULL);
  close_fixture(&fixture);
}

static void releases_the_first_of_several_finished(void) {
  release_finished(0);
}

static void releases_one_between_others(void) {
  release_finished(1);
}

static void releases_the_last_of_several_finished(void) {
  release_finished(2);
}

static void releases_the_only_one_finished(void) {
  Fixture fixture;
  open_fixture(&fixture);
  transport_finish(fixture.transfers[0], CURLE_OPERATION_TIMEDOUT);
  transport_release(fixture.transfers[0]);
  CHECK(fixture.transport.finished.first == NULL && fixture.transport.finished.last == NULL);
  transport_finish(fixture.transfers[1], CURLE_OPERATION_TIMEDOUT);
  CHECK(transport_next_finished(&fixture.transport) == fixture.transfers[1]);
  close_fixture(&fixture);
}

static void releases_transfers_in_flight(void) {
  Fixture fixture;
  open_fixture(&fixture);
  Transfer *const *transfers = fixture.transfers;
  transport_release(transfers[1]); /* between others in the list of transfers in use */
  CHECK(transfers[1] == NULL && fixture.transport.free_list == NULL);
  CHECK_NUMBER(2, fixture.transport.in_flight);
  CHECK(fixture.transport.in_use == transfers[2] && transfers[2]->next == transfers[0]);
  CHECK(transfers[0]->previous == transfers[2]);
  transport_release(transfers[2]); /* the first */
  CHECK(fixture.transport.in_use == transfers[0] && transfers[0]->previous == NULL);
  transport_release(transfers[0]);
  CHECK(fixture.transport.in_use == NULL);
  CHECK_NUMBER(0, fixture.transport.in_flight);
  close_fixture(&fixture);
}

static void queues_a_stream_once(void) {
  Fixture fixture;
  open_fixture(&fixture);
  Transfer *const *transfers = fixture.transfers;
  transport_add_ready_stream(transfers[0]);
  transport_add_ready_stream(transfers[1]);
  transport_add_ready_stream(transfers[0]);
  CHECK_NUMBER(2, fixture.transport.ready_streams.count);
  CHECK(transport_next_ready_stream(&fixture.transport) == transfers[0]);
  CHECK(transport_next_ready_stream(&fixture.transport) == transfers[1]);
  CHECK(transport_next_ready_stream(&fixture.transport) == NULL);
  close_fixture(&fixture);
}

static void ends_a_stream_that_is_ready(void) {
  Fixture fixture;
  open_fixture(&fixture);
  transport_add_ready_stream(fixture.transfers[0]);
  transport_finish(fixture.transfers[0], CURLE_OPERATION_TIMEDOUT);
  CHECK(transport_next_ready_stream(&fixture.transport) == NULL);
  CHECK(transport_next_finished(&fixture.transport) == fixture.transfers[0]);
  transport_add_ready_stream(fixture.transfers[1]);
  transport_release(fixture.transfers[1]);
  CHECK(transport_next_ready_stream(&fixture.transport) == NULL);
  close_fixture(&fixture);
}

static void closes_with_transfers_in_every_state(void) {
  Fixture fixture;
  open_fixture(&fixture);
  transport_finish(fixture.transfers[0], CURLE_OPERATION_TIMEDOUT);
  transport_add_ready_stream(fixture.transfers[1]);
  close_fixture(&fixture);
  for (int i = 0; i < 3; i++)
    CHECK(fixture.transfers[i] == NULL);
  CHECK(!fixture.transport.is_open);
  transport_close(&fixture.transport);
}

static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static void uses_a_transfer_and_its_connection_again(void) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  server_open(&server);
  server_open_transport(&transport);
  const TransferRequest request = server_request(&server);
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  const Transfer *first = holder;
  const int connection = server_respond(&server, &transport, response);
  CHECK(server_next_finished(&transport) == holder);
  CHECK(transport.connections.first->has_served && transport.connections.first->users == 0);
  transport_release(holder);
  CHECK(holder == NULL && transport.free_list == first);
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  CHECK(holder == first && transport.free_list == NULL);
  CHECK_TEXT("", buffer_text(&holder->response));
  transport_flush(&transport);
  server_read_head(connection, &transport);
  server_send(connection, response);
  CHECK(server_next_finished(&transport) == holder);
  CHECK_TEXT("ok", holder->response.data);
  CHECK(holder->is_over_http1);
  transport_close(&transport);
  close(connection);
  server_close(&server);
}

static void keeps_no_transfer_that_failed_or_streamed(void) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  server_open(&server);
  server_open_transport(&transport);
  TransferRequest request = server_request(&server);
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  close(server_respond(&server, &transport, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"));
  CHECK(server_next_finished(&transport) == holder);
  transport_release(holder);
  CHECK(transport.free_list == NULL);
  request.streams = true;
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  const int connection = server_respond(&server, &transport, response);
  CHECK(server_next_finished(&transport) == holder);
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer_outcome(holder));
  transport_release(holder);
  CHECK(transport.free_list == NULL);
  close(connection);
  transport_close(&transport);
  server_close(&server);
}

static void has_room_up_to_its_limit(void) {
  Fixture fixture;
  open_fixture(&fixture);
  fixture.transport.options.max_connections = 3;
  CHECK(!transport_has_room(&fixture.transport, false));
  fixture.transport.options.max_connections = 4;
  CHECK(transport_has_room(&fixture.transport, false) && transport_has_room(&fixture.transport, true));
  transport_finish(fixture.transfers[0], CURLE_OPERATION_TIMEDOUT); /* counts until it is taken */
  fixture.transport.options.max_connections = 3;
  CHECK(!transport_has_room(&fixture.transport, false));
  transport_next_finished(&fixture.transport);
  CHECK(transport_has_room(&fixture.transport, false));
  close_fixture(&fixture);
}

/* libcurl counts the connections of each pool separately. */
static void closes_idle_connections_of_other_pools_to_make_room(void) {
  Connection connections[2] = {{.next = &connections[1]}, {0}};
  Fixture fixture;
  open_fixture(&fixture);
  Transport *transport = &fixture.transport;
  const TransferRequest request = server_request(&fixture.server);
  Transfer *transfer = NULL;
  ConnectionPool *other = pool_current(transport, POOL_LARGE_BODIES);
  Connection *const own = transport->connections.first;
  transport->connections.first = connections;
  transport->options.max_connections = 3;
  CHECK_NUMBER(CURLE_OK, transport_start(transport, &request, &transfer, NULL));
  CHECK(transport->current_pools[POOL_LARGE_BODIES] == other); /* there is room for another one */
  transport_release(transfer);
  transport->options.max_connections = 2;
  other->in_flight = 1;
  CHECK_NUMBER(CURLE_OK, transport_start(transport, &request, &transfer, NULL));
  CHECK(transport->current_pools[POOL_LARGE_BODIES] == other); /* it is not idle */
  transport_release(transfer);
  other->in_flight = 0;
  CHECK_NUMBER(CURLE_OK, transport_start(transport, &request, &transfer, NULL));
  CHECK(transport->current_pools[POOL_LARGE_BODIES] == NULL);
  CHECK(transport->current_pools[POOL_MAIN] != NULL);
  transport->connections.first = own;
  close_fixture(&fixture);
}

static void retires_a_pool_whose_connection_is_dead(void) {
  Fixture fixture;
  open_fixture(&fixture);
  Transfer *const *transfers = fixture.transfers;
  ConnectionPool *pool = fixture.transport.current_pools[POOL_MAIN];
  transport_finish(transfers[0], CURLE_OPERATION_TIMEDOUT); /* over HTTP/1.1 libcurl closes the connection */
  CHECK(!pool->is_retired);
  for (int i = 1; i < 3; i++)
    transfers[i]->version = CURL_HTTP_VERSION_2TLS;
  transport_finish(transfers[1], CURLE_OPERATION_TIMEDOUT); /* it had no connection yet */
  CHECK(!pool->is_retired);
  transfers[2]->was_begun = true;
  transport_finish(transfers[2], CURLE_OPERATION_TIMEDOUT);
  CHECK(pool->is_retired && fixture.transport.current_pools[POOL_MAIN] == NULL);
  close_fixture(&fixture);
}

static void retires_no_pool_for_a_connection_of_http1(void) {
  Fixture fixture;
  open_fixture(&fixture);
  ConnectionPool *pool = fixture.transport.current_pools[POOL_MAIN];
  for (int i = 0; i < 3; i++)
    fixture.transfers[i]->version = CURL_HTTP_VERSION_2TLS;
  fixture.transfers[0]->was_begun = fixture.transfers[0]->is_over_http1 = true;
  transport_finish(fixture.transfers[0], CURLE_OPERATION_TIMEDOUT);
  CHECK(!pool->is_retired);
  fixture.transfers[1]->was_begun = true;
  transport_finish(fixture.transfers[1], CURLE_COULDNT_CONNECT);
  CHECK(!pool->is_retired);
  transport_finish(fixture.transfers[2], CURLE_HTTP2);
  CHECK(pool->is_retired);
  close_fixture(&fixture);
}

static void starts_again_on_a_new_connection(void) {
  Fixture fixture;
  open_fixture(&fixture);
  Transfer *transfer = fixture.transfers[0];
  transfer->was_turned_away = true;
  transport_finish(transfer, CURLE_ABORTED_BY_CALLBACK);
  CHECK(transport_next_finished(&fixture.transport) == NULL);
  CHECK(transfer->in_flight && transfer->was_restarted && transfer->fresh_connect == 1);
  CHECK_NUMBER(3, fixture.transport.in_flight);
  transfer->was_turned_away = true;
  transport_finish(transfer, CURLE_ABORTED_BY_CALLBACK); /* only once */
  CHECK(transport_next_finished(&fixture.transport) == transfer);
  CHECK_NUMBER(2, fixture.transport.in_flight);
  close_fixture(&fixture);
}

/* The caller of transport_finish iterates over the pools, and over the messages of one. */
static void closes_no_pool_when_a_transfer_starts_again(void) {
  Fixture fixture;
  open_fixture(&fixture);
  ConnectionPool *const pool = fixture.transport.current_pools[POOL_MAIN];
  Transfer *transfer = fixture.transfers[0];
  transport_release(fixture.transfers[1]);
  transport_release(fixture.transfers[2]);
  transfer->version = CURL_HTTP_VERSION_2TLS;
  transfer->was_turned_away = true;
  transport_finish(transfer, CURLE_ABORTED_BY_CALLBACK);
  CHECK(transfer->was_restarted && transfer->pool != pool);
  const ConnectionPool *other = fixture.transport.pools;
  while (other != NULL && other != pool)
    other = other->next;
  CHECK(other == pool && pool->is_retired);
  transport_step(&fixture.transport, 0);
  CHECK(fixture.transport.pools == transfer->pool && transfer->pool->next == NULL);
  close_fixture(&fixture);
}

static void refuses_what_libcurl_cannot_send(void) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  server_open(&server);
  server_open_transport(&transport);
  TransferRequest request = server_request(&server);
  request.url = "http://host:99999/";
  CHECK_NUMBER(CURLE_URL_MALFORMAT, transport_start(&transport, &request, &holder, NULL));
  CHECK(holder == NULL && transport.in_use == NULL);
  CHECK_NUMBER(0, transport_load(&transport));
  transport_close(&transport);
  server_close(&server);
}

static void belongs_to_its_process(void) {
  Transport transport;
  int status = -1;
  server_open_transport(&transport);
  CHECK(transport_is_own(&transport));
  const pid_t child = fork();
  if (child == 0) {
    const bool is_own = transport_is_own(&transport);
    const int descriptor = transport_descriptor(&transport);
    transport_forget(&transport);
    _exit(is_own || transport_descriptor(&transport) != -1 || close(descriptor) == 0 ? 1 : 0);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK_NUMBER(0, status);
  CHECK(transport_is_own(&transport) && transport_descriptor(&transport) >= 0);
  transport_close(&transport);
  CHECK(transport_is_own(&transport));
}

UNIT(transport_unit, "http/transport",
     {"returns finished transfers in the order in which they ended", takes_the_finished_in_order},
     {"releases the first of several finished transfers safely", releases_the_first_of_several_finished},
     {"releases a finished transfer between others safely", releases_one_between_others},
     {"releases the last of several finished transfers safely", releases_the_last_of_several_finished},
     {"releases the only finished transfer safely", releases_the_only_one_finished},
     {"releases transfers in flight, and clears their holders", releases_transfers_in_flight},
     {"queues a ready stream once", queues_a_stream_once},
     {"removes a stream that ends from the ready ones", ends_a_stream_that_is_ready},
     {"closes with transfers in every state, twice", closes_with_transfers_in_every_state},
     {"reuses a transfer and its connection", uses_a_transfer_and_its_connection_again},
     {"does not keep a transfer that failed or streamed", keeps_no_transfer_that_failed_or_streamed},
     {"has room for max_connections transfers", has_room_up_to_its_limit},
     {"closes idle connections of other pools to make room", closes_idle_connections_of_other_pools_to_make_room},
     {"retires a pool whose connection is dead", retires_a_pool_whose_connection_is_dead},
     {"retires no pool for a connection that libcurl closes", retires_no_pool_for_a_connection_of_http1},
     {"restarts a transfer once if no byte left", starts_again_on_a_new_connection},
     {"closes no pool when a transfer restarts", closes_no_pool_when_a_transfer_starts_again},
     {"refuses a request that libcurl cannot send", refuses_what_libcurl_cannot_send},
     {"belongs to the process that opened it", belongs_to_its_process});
