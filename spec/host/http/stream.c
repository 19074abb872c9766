/*
** Tests of src/http/stream.c.
*/
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

typedef struct Fixture {
  Server server;
  Transport transport;
  Transfer *transfer;
  int connection;
} Fixture;

/* Starts a stream of `size` bytes (negative: a download) and reads the head of its request. */
static void open_fixture(Fixture *fixture, long long size) {
  server_open(&fixture->server);
  server_open_transport(&fixture->transport);
  TransferRequest request = server_request(&fixture->server);
  request.method = size >= 0 ? "PUT" : "GET";
  request.streams = true;
  request.stream_size = size;
  request.max_response_bytes = 100;
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:"); /* or libcurl waits for a "100 Continue" */
  request.headers = headers;
  fixture->transfer = NULL;
  CHECK_NUMBER(CURLE_OK, transport_start(&fixture->transport, &request, &fixture->transfer, NULL));
  curl_slist_free_all(headers);
  fixture->connection = server_accept(&fixture->server, &fixture->transport);
  server_read_head(fixture->connection, &fixture->transport);
}

static void close_fixture(Fixture *fixture) {
  close(fixture->connection);
  transport_close(&fixture->transport);
  server_close(&fixture->server);
}

/* Drives the transport until a stream is ready. */
static Transfer *next_ready(Transport *transport) {
  for (int turn = 0; turn < 10000; turn++) {
    Transfer *transfer = transport_next_ready_stream(transport);
    if (transfer != NULL) return transfer;
    transport_step(transport, 1);
  }
  return NULL;
}

/* Reads bytes that the transport sends. */
static void expect_bytes(Fixture *fixture, const char *expected) {
  char got[64] = "";
  size_t length = 0;
  for (int turn = 0; turn < 10000 && length < strlen(expected); turn++) {
    const ssize_t count = recv(fixture->connection, got + length, sizeof got - 1 - length, MSG_DONTWAIT);
    if (count > 0)
      length += (size_t)count;
    else
      transport_step(&fixture->transport, 1);
  }
  CHECK_TEXT(expected, got);
}

static void sends_a_body_in_pieces(void) {
  Fixture fixture;
  open_fixture(&fixture, 6);
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  CHECK(transport_next_ready_stream(&fixture.transport) == NULL);
  CHECK_NUMBER(STREAM_PIECE, transfer_wanted(fixture.transfer));
  CHECK(transfer_feed(fixture.transfer, "", 0)); /* nothing to send yet */
  CHECK_NUMBER(STREAM_PIECE, transfer_wanted(fixture.transfer));
  CHECK(transfer_feed(fixture.transfer, "abc", 3));
  expect_bytes(&fixture, "abc");
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  CHECK(transfer_feed(fixture.transfer, "def", 3));
  expect_bytes(&fixture, "def");
  CHECK_NUMBER(0, transfer_wanted(fixture.transfer));
  server_send(fixture.connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer_outcome(fixture.transfer));
  CHECK_TEXT("ok", fixture.transfer->response.data);
  CHECK_NUMBER(0, transfer_wanted(fixture.transfer));
  close_fixture(&fixture);
}

static void gives_libcurl_what_it_has_room_for(void) {
  Fixture fixture;
  char piece[8];
  open_fixture(&fixture, 1000);
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  fixture.transfer->stream.is_starved = false; /* as if libcurl is about to ask */
  CHECK(transfer_feed(fixture.transfer, "abcdefghij", 10));
  CHECK_NUMBER(8, stream_send(piece, 4, 2, fixture.transfer));
  CHECK_NUMBER(0, memcmp(piece, "abcdefgh", 8));
  CHECK(transfer_feed(fixture.transfer, "kl", 2)); /* after the rest */
  CHECK_NUMBER(4, stream_send(piece, 1, 8, fixture.transfer));
  CHECK_NUMBER(0, memcmp(piece, "ijkl", 4));
  CHECK_NUMBER(CURL_READFUNC_PAUSE, stream_send(piece, 1, 8, fixture.transfer));
  CHECK(fixture.transfer->stream.is_starved);
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  close_fixture(&fixture);
}

static void receives_a_body_in_pieces(void) {
  Fixture fixture;
  Buffer piece = {0};
  open_fixture(&fixture, -1);
  server_send(fixture.connection, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  transfer_take(fixture.transfer, &piece);
  CHECK_TEXT("abc", piece.data);
  buffer_reset(&piece, 1024);
  transfer_take(fixture.transfer, &piece);
  CHECK_NUMBER(0, piece.length);
  server_send(fixture.connection, "def");
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  transfer_take(fixture.transfer, &piece);
  CHECK_TEXT("def", buffer_text(&piece));
  buffer_free(&piece);
  close_fixture(&fixture);
}

/* Receives a piece as libcurl delivers it. */
static size_t receive(Transfer *transfer, const char *data, size_t length) {
  size_t result = 12345;
  CHECK(stream_receive(transfer, data, length, &result));
  return result;
}

static void pauses_when_its_buffer_is_full(void) {
  Fixture fixture;
  Buffer piece = {0};
  char *data = calloc(1, STREAM_PIECE);
  open_fixture(&fixture, -1);
  server_send(fixture.connection, "HTTP/1.1 206 Partial Content\r\nContent-Length: 1000000\r\n\r\n1");
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  CHECK_NUMBER(STREAM_PIECE - 2, receive(fixture.transfer, data, STREAM_PIECE - 2));
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  CHECK_NUMBER(1, receive(fixture.transfer, data, 1));
  CHECK(!fixture.transfer->stream.is_full);
  CHECK_NUMBER(CURL_WRITEFUNC_PAUSE, receive(fixture.transfer, data, 1));
  CHECK(fixture.transfer->stream.is_full);
  transfer_take(fixture.transfer, &piece);
  CHECK_NUMBER(STREAM_PIECE, piece.length);
  CHECK(!fixture.transfer->stream.is_full);
  buffer_free(&piece);
  free(data);
  close_fixture(&fixture);
}

static void receives_errors_as_a_whole(void) {
  static const char *const responses[] = {"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc",
                                          "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc",
                                          "HTTP/1.1 207 Other\r\nContent-Length: 3\r\n\r\nabc"};
  for (size_t i = 0; i < 3; i++) {
    Fixture fixture;
    Buffer piece = {0};
    open_fixture(&fixture, -1);
    server_send(fixture.connection, responses[i]);
    CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
    CHECK(!fixture.transfer->stream.has_begun);
    transfer_take(fixture.transfer, &piece);
    CHECK_NUMBER(0, piece.length);
    CHECK_TEXT("abc", fixture.transfer->response.data);
    buffer_free(&piece);
    close_fixture(&fixture);
  }
}

static void has_no_limit_for_a_body_it_streams(void) {
  Fixture fixture;
  Buffer piece = {0};
  char text[300];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  open_fixture(&fixture, -1);
  server_send(fixture.connection, "HTTP/1.1 200 OK\r\nContent-Length: 299\r\n\r\n");
  server_send(fixture.connection, text);
  CHECK(server_next_finished(&fixture.transport) == fixture.transfer);
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer_outcome(fixture.transfer));
  transfer_take(fixture.transfer, &piece);
  CHECK_NUMBER(299, piece.length);
  buffer_free(&piece);
  close_fixture(&fixture);
}

static void moves_its_limit_with_each_piece(void) {
  Fixture fixture;
  char piece[8];
  open_fixture(&fixture, -1);
  server_send(fixture.connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na");
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  fixture.transport.now += 5000000;
  CHECK_NUMBER(1, receive(fixture.transfer, "b", 1));
  CHECK_NUMBER(fixture.transport.now + 20000000, fixture.transfer->ends_at);
  close_fixture(&fixture);
  open_fixture(&fixture, 10);
  CHECK(next_ready(&fixture.transport) == fixture.transfer);
  fixture.transfer->stream.is_starved = false;
  CHECK(transfer_feed(fixture.transfer, "abc", 3));
  fixture.transport.now += 5000000;
  CHECK_NUMBER(3, stream_send(piece, 1, 8, fixture.transfer));
  CHECK_NUMBER(fixture.transport.now + 20000000, fixture.transfer->ends_at);
  close_fixture(&fixture);
}

UNIT(stream_unit, "http/stream", {"sends a body in pieces as they arrive", sends_a_body_in_pieces},
     {"gives libcurl as much as it has room for", gives_libcurl_what_it_has_room_for},
     {"receives a body in pieces", receives_a_body_in_pieces},
     {"pauses when its buffer is full", pauses_when_its_buffer_is_full},
     {"receives the body of an error whole", receives_errors_as_a_whole},
     {"does not limit a body that it streams", has_no_limit_for_a_body_it_streams},
     {"restarts its time limit with each piece", moves_its_limit_with_each_piece});
