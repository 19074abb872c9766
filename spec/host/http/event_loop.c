/*
** Tests of src/http/event_loop.c.
*/
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

typedef struct Fixture {
  Server server;
  Transport transport;
  TransferRequest request;
  Transfer *transfer;
} Fixture;

static void open_fixture(Fixture *fixture) {
  *fixture = (Fixture){0};
  server_open(&fixture->server);
  server_open_transport(&fixture->transport);
  fixture->request = server_request(&fixture->server);
}

static void start(Fixture *fixture) {
  CHECK_NUMBER(CURLE_OK, transport_start(&fixture->transport, &fixture->request, &fixture->transfer, NULL));
}

static void close_fixture(Fixture *fixture) {
  transport_close(&fixture->transport);
  server_close(&fixture->server);
}

static void reads_the_clock(void) {
  Transport transport = {0};
  transport_read_clock(&transport);
  const long long first = transport.now;
  poll(NULL, 0, 20);
  transport_read_clock(&transport);
  CHECK(transport.now - first >= 20000 && transport.now - first < 20000000);
}

static void ends_an_attempt_at_its_limit(void) {
  Fixture fixture;
  open_fixture(&fixture);
  fixture.request.timeout = 50;
  start(&fixture);
  CHECK_NUMBER(fixture.transport.now + 50000, fixture.transfer->ends_at);
  const long long began = fixture.transport.now;
  const int connection = server_accept(&fixture.server, &fixture.transport);
  server_read_head(connection, &fixture.transport);
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  CHECK(fixture.transport.now - began >= 50000);
  CHECK_NUMBER(TRANSFER_TIMEOUT, transfer_outcome(fixture.transfer));
  CHECK_TEXT("timed out after 50 ms: no complete response", transfer_problem(fixture.transfer));
  close(connection);
  close_fixture(&fixture);
}

static void ends_an_attempt_without_a_connection(void) {
  Fixture fixture;
  open_fixture(&fixture);
  start(&fixture);
  fixture.transfer->ends_at = fixture.transport.next_limit = 0;
  transport_step(&fixture.transport, 0);
  if (!fixture.transfer->was_begun) /* loopback may have connected already */
    CHECK_TEXT("timed out after 20000 ms: no connection", transfer_problem(fixture.transfer));
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  close_fixture(&fixture);
}

static void ends_a_stream_without_progress(void) {
  Fixture fixture;
  open_fixture(&fixture);
  fixture.request.streams = true;
  fixture.request.timeout = 50;
  start(&fixture);
  const int connection = server_accept(&fixture.server, &fixture.transport);
  server_read_head(connection, &fixture.transport);
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  CHECK_TEXT("timed out after 50 ms: no progress", transfer_problem(fixture.transfer));
  close(connection);
  close_fixture(&fixture);
}

/* A delay caused by the caller does not count as the server's. */
static void ends_no_stream_that_waits_for_the_caller(void) {
  Fixture fixture;
  open_fixture(&fixture);
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:"); /* or libcurl waits for a "100 Continue" */
  fixture.request.headers = headers;
  fixture.request.method = "PUT";
  fixture.request.streams = true;
  fixture.request.stream_size = 10;
  start(&fixture);
  curl_slist_free_all(headers);
  const int connection = server_accept(&fixture.server, &fixture.transport);
  server_read_head(connection, &fixture.transport);
  for (int turn = 0; turn < 1000 && !fixture.transfer->stream.is_starved; turn++)
    transport_step(&fixture.transport, 1);
  CHECK(fixture.transfer->stream.is_starved);
  fixture.transfer->ends_at = fixture.transport.next_limit = 0;
  transport_step(&fixture.transport, 0);
  CHECK(fixture.transfer->in_flight && fixture.transfer->ends_at == fixture.transport.now + 20000000);
  fixture.transfer->stream.is_starved = false;
  fixture.transfer->stream.is_full = true;
  fixture.transfer->ends_at = fixture.transport.next_limit = 0;
  transport_step(&fixture.transport, 0);
  CHECK(fixture.transfer->in_flight);
  fixture.transfer->stream.is_full = false;
  fixture.transfer->ends_at = fixture.transport.next_limit = 0;
  transport_step(&fixture.transport, 0);
  CHECK(!fixture.transfer->in_flight);
  close(connection);
  close_fixture(&fixture);
}

static void knows_the_earliest_limit(void) {
  Fixture fixture;
  Transfer *other = NULL;
  open_fixture(&fixture);
  fixture.request.connect_timeout = 500;
  start(&fixture);
  CHECK_NUMBER(fixture.transport.now + 502000, fixture.transfer->connects_by);
  CHECK_NUMBER(fixture.transfer->connects_by, fixture.transport.next_limit);
  fixture.request.timeout = 400;
  CHECK_NUMBER(CURLE_OK, transport_start(&fixture.transport, &fixture.request, &other, NULL));
  CHECK_NUMBER(other->ends_at, fixture.transport.next_limit);
  fixture.transport.next_limit = LLONG_MAX;
  fixture.transfer->was_begun = true; /* it is connected */
  transport_note_limit(fixture.transfer);
  CHECK_NUMBER(fixture.transfer->ends_at, fixture.transport.next_limit);
  transport_note_limit(other);
  CHECK_NUMBER(other->ends_at, fixture.transport.next_limit);
  transport_note_limit(fixture.transfer);
  CHECK_NUMBER(other->ends_at, fixture.transport.next_limit);
  close_fixture(&fixture);
}

static void waits_for_the_end_of_one_transfer(void) {
  Fixture fixture;
  open_fixture(&fixture);
  start(&fixture);
  const long long began = fixture.transport.now;
  CHECK(!transport_wait(&fixture.transport, fixture.transfer, 30));
  CHECK(fixture.transport.now - began >= 30000 && fixture.transport.now - began < 15000000);
  const int connection =
    server_respond(&fixture.server, &fixture.transport, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(transport_wait(&fixture.transport, fixture.transfer, 20000));
  CHECK(transfer_has_ended(fixture.transfer) && transport_next_finished(&fixture.transport) == NULL);
  close(connection);
  close_fixture(&fixture);
}

static bool is_readable(int descriptor, int milliseconds) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, milliseconds) == 1;
}

static void arms_its_descriptor(void) {
  Fixture fixture;
  open_fixture(&fixture);
  Transport *transport = &fixture.transport;
  const int descriptor = transport_descriptor(transport);
  CHECK_NUMBER(-1, transport_arm(transport, -1));
  CHECK(!is_readable(descriptor, 0));
  CHECK_NUMBER(5, transport_arm(transport, 5));
  CHECK(is_readable(descriptor, 10000));
  transport_step(transport, 0);
  CHECK(!is_readable(descriptor, 0));
  fixture.request.timeout = 5000;
  start(&fixture);
  CHECK_NUMBER(0, transport_arm(transport, 1000)); /* a transfer waits to be sent */
  CHECK(is_readable(descriptor, 10000));
  const int connection = server_accept(&fixture.server, transport);
  server_read_head(connection, transport);
  poll(NULL, 0, 250); /* so that libcurl's timers for connecting have passed */
  transport_step(transport, 0);
  transport_step(transport, 0);
  const long long left = transport_arm(transport, -1);
  CHECK(left > 0 && left <= 5002);
  CHECK_NUMBER(7, transport_arm(transport, 7));
  transport_finish(fixture.transfer, CURLE_OPERATION_TIMEDOUT);
  CHECK_NUMBER(0, transport_arm(transport, 1000)); /* a finished transfer waits to be taken */
  close(connection);
  close_fixture(&fixture);
}

static void gives_the_probe_up(void) {
  Fixture fixture;
  open_fixture(&fixture);
  fixture.transport.wants_probe = true;
  start(&fixture);
  transport_step(&fixture.transport, 0);
  CHECK(fixture.transport.probe == fixture.transfer);
  fixture.transport.probe_until = fixture.transport.now;
  transport_step(&fixture.transport, 0);
  CHECK(fixture.transport.probe == NULL && !fixture.transport.wants_probe);
  CHECK(fixture.transfer->in_flight);
  close_fixture(&fixture);
}

/* A step must not sleep if a place became free during it. */
static void flushes_only_what_is_new(void) {
  Fixture fixture;
  open_fixture(&fixture);
  transport_flush(&fixture.transport);
  start(&fixture);
  CHECK_NUMBER(1, fixture.transfer->pool->new_transfers);
  transport_flush(&fixture.transport);
  CHECK_NUMBER(0, fixture.transfer->pool->new_transfers);
  close_fixture(&fixture);
}

static void works_without_a_poller(void) {
  Fixture fixture;
  open_fixture(&fixture);
  poller_close(&fixture.transport.poller, false);
  CHECK_NUMBER(-1, transport_descriptor(&fixture.transport));
  start(&fixture);
  const int connection =
    server_respond(&fixture.server, &fixture.transport, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const long long began = fixture.transport.now;
  while (!transfer_has_ended(fixture.transfer) && fixture.transport.now - began < 15000000)
    transport_step(&fixture.transport, 16000); /* returns as soon as the response has arrived */
  CHECK(fixture.transport.now - began < 15000000);
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer_outcome(fixture.transfer));
  const long long idle = fixture.transport.now;
  transport_step(&fixture.transport, 20);
  CHECK(fixture.transport.now - idle >= 20000); /* nothing is in flight, but it waits */
  close(connection);
  close_fixture(&fixture);
}

/* libcurl can wait for one pool only: a long wait for one would miss events of another. */
static void waits_in_turns_without_a_poller(void) {
  Fixture fixture;
  Transfer *other = NULL;
  open_fixture(&fixture);
  poller_close(&fixture.transport.poller, false);
  start(&fixture);
  pool_retire(fixture.transfer->pool); /* the next transfer gets another pool */
  CHECK_NUMBER(CURLE_OK, transport_start(&fixture.transport, &fixture.request, &other, NULL));
  CHECK(other->pool != fixture.transfer->pool);
  const int first = server_accept(&fixture.server, &fixture.transport);
  const int second = server_accept(&fixture.server, &fixture.transport);
  server_read_head(first, &fixture.transport);
  server_read_head(second, &fixture.transport);
  const long long began = fixture.transport.now;
  for (int turn = 0; turn < 5; turn++) /* a timer of libcurl's may end the first one */
    transport_step(&fixture.transport, 16000);
  CHECK(fixture.transport.now - began < 15000000);
  CHECK(fixture.transfer->in_flight && other->in_flight);
  close(first);
  close(second);
  close_fixture(&fixture);
}

UNIT(event_loop_unit, "http/event_loop", {"reads the clock in microseconds", reads_the_clock},
     {"ends an attempt at its limit, without a response", ends_an_attempt_at_its_limit},
     {"ends an attempt that has no connection", ends_an_attempt_without_a_connection},
     {"ends a stream that makes no progress", ends_a_stream_without_progress},
     {"does not end a stream that waits for its caller", ends_no_stream_that_waits_for_the_caller},
     {"knows the earliest limit", knows_the_earliest_limit},
     {"waits for the end of a transfer", waits_for_the_end_of_one_transfer},
     {"arms its descriptor", arms_its_descriptor}, {"gives up a probe that takes too long", gives_the_probe_up},
     {"sends what is new", flushes_only_what_is_new}, {"works without a poller", works_without_a_poller},
     {"waits for several pools in turns without a poller", waits_in_turns_without_a_poller});
