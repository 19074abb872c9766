/*
** Tests of src/http/transfer.c.
*/
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

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

static void knows_where_no_proxy_is_used(void) {
  CHECK(transfer_uses_no_proxy(&(TransportOptions){.proxy = ""}));
  CHECK(!transfer_uses_no_proxy(&(TransportOptions){.proxy = NULL}));
  CHECK(!transfer_uses_no_proxy(&(TransportOptions){.proxy = "x"}));
}

static void prepares_for_a_request(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  const Server server = {.url = "http://127.0.0.1/"};
  TransferRequest request = server_request(&server);
  transfer->outcome = TRANSFER_TIMEOUT;
  transfer->code = CURLE_RECV_ERROR;
  transfer->was_begun = transfer->was_turned_away = transfer->is_over_http1 = transfer->was_restarted = true;
  transfer->has_whole_head = true;
  strcpy(transfer->problem, "old");
  request.once_only = true;
  request.body_length = 7;
  request.timeout = 1234;
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer_outcome(transfer));
  CHECK_TEXT(curl_easy_strerror(CURLE_OK), transfer_problem(transfer));
  CHECK(!transfer->was_begun && !transfer->was_turned_away && !transfer->is_over_http1 && !transfer->was_restarted);
  CHECK(transfer->once_only && !transfer->has_whole_head);
  CHECK_NUMBER(7, transfer->body_length);
  CHECK_NUMBER(1234, transfer->timeout);
  request.streams = true;
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK_NUMBER(7, transfer->body_length); /* a download */
  request.stream_size = 0;
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK(transfer->body_length == SIZE_MAX); /* libcurl may have taken any part of it */
  finish(&transport, transfer);
}

static void sends_a_body_after_a_request_without_one(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  const Server server = {.url = "http://127.0.0.1/"};
  TransferRequest request = server_request(&server);
  request.method = "DELETE";
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK(!transfer->method_has_body); /* or the next one of this method would be sent without its body */
  request.body = "{}";
  request.body_length = 2;
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK(transfer->method_has_body);
  request.body = NULL;
  CHECK_NUMBER(CURLE_OK, transfer_prepare(transfer, &request));
  CHECK(!transfer->method_has_body);
  finish(&transport, transfer);
}

static void prepares_for_a_restart(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  transfer->was_begun = true;
  transfer->code = CURLE_RECV_ERROR;
  transfer_prepare_restart(transfer);
  CHECK(transfer->was_restarted && !transfer->was_begun && transfer->code == CURLE_OK);
  CHECK_NUMBER(1, transfer->fresh_connect);
  transfer->fresh_connect = 0;
  transfer->wait_for_connection = 1; /* it shares connections: the dead one's pool is retired */
  transfer_prepare_restart(transfer);
  CHECK_NUMBER(0, transfer->fresh_connect);
  finish(&transport, transfer);
}

static void says_when_another_try_cannot_help(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  transfer->outcome = TRANSFER_TLS;
  transfer->code = CURLE_PEER_FAILED_VERIFICATION;
  CHECK(transfer_is_final(transfer));
  transfer->code = CURLE_SSL_CONNECT_ERROR; /* a handshake may succeed next time */
  CHECK(!transfer_is_final(transfer));
  transfer->outcome = TRANSFER_CONNECTION;
  transfer->code = CURLE_COULDNT_CONNECT;
  CHECK(!transfer_is_final(transfer));
  CHECK_NUMBER(0, transfer_proxy_status(transfer));
  transfer->was_begun = true; /* the proxy did not refuse */
  CHECK_NUMBER(0, transfer_proxy_status(transfer));
  finish(&transport, transfer);
}

/* Makes a request through a proxy that answers CONNECT with a status. */
static long proxy_status(const char *response, bool *is_final) {
  Server server;
  char address[64];
  Transport transport = {0};
  Transfer *holder = NULL;
  server_open(&server);
  snprintf(address, sizeof address, "http://127.0.0.1:%d", server.port);
  const TransportOptions options = {.proxy = address, .http_version = HTTP_VERSION_1_1, .max_connections = 1};
  CHECK(transport_open(&transport, &options));
  TransferRequest request = server_request(&server);
  request.url = "https://example.com/";
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  close(server_respond(&server, &transport, response));
  CHECK(server_next_finished(&transport) == holder);
  CHECK(!transfer_was_sent(holder));
  const long status = transfer_proxy_status(holder);
  *is_final = transfer_is_final(holder);
  transport_close(&transport);
  server_close(&server);
  return status;
}

static void knows_the_status_of_a_proxy_that_refuses(void) {
  bool is_final = false;
  CHECK_NUMBER(403, proxy_status("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", &is_final));
  CHECK(is_final);
  CHECK_NUMBER(300, proxy_status("HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n", &is_final));
  CHECK(is_final);
  CHECK_NUMBER(0, proxy_status("HTTP/1.1 200 OK\r\n\r\n", &is_final)); /* it closes before the handshake */
  CHECK(!is_final);
}

static void swaps_bodies(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  Buffer buffer = {0};
  CHECK(buffer_append_text(&transfer->response, "body"));
  transfer_swap_body(transfer, &buffer);
  CHECK_TEXT("body", buffer.data);
  CHECK(transfer->response.data == NULL);
  transfer_swap_body(transfer, &buffer);
  CHECK_TEXT("body", transfer->response.data);
  finish(&transport, transfer);
}

static void shows_the_response(void) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  int owner;
  server_open(&server);
  server_open_transport(&transport);
  const TransferRequest request = server_request(&server);
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, &owner));
  CHECK(!transfer_has_ended(holder));
  CHECK_NUMBER(0, transfer_status(holder));
  close(server_respond(&server, &transport, "HTTP/1.1 418 Teapot\r\nOne: 1\r\nContent-Length: 0\r\n\r\n"));
  CHECK(server_next_finished(&transport) == holder);
  CHECK(transfer_has_ended(holder) && transfer_owner(holder) == &owner);
  CHECK_NUMBER(418, transfer_status(holder));
  CHECK_NUMBER(PROTOCOL_UNKNOWN, transfer_protocol(holder)); /* only HTTP/1.1 was offered */
  struct curl_header *header = transfer_next_header(holder, NULL);
  CHECK_TEXT("One", header->name);
  CHECK_TEXT("1", header->value);
  header = transfer_next_header(holder, header);
  CHECK_TEXT("Content-Length", header->name);
  CHECK(transfer_next_header(holder, header) == NULL);
  transport_close(&transport);
  server_close(&server);
}

UNIT(transfer_unit, "http/transfer", {"knows when no proxy is used", knows_where_no_proxy_is_used},
     {"forgets the previous request", prepares_for_a_request},
     {"sends a body after a request of the same method without one", sends_a_body_after_a_request_without_one},
     {"demands a new connection for a restart unless connections are shared", prepares_for_a_restart},
     {"knows when another attempt cannot help", says_when_another_try_cannot_help},
     {"knows the status of a proxy that refuses to connect", knows_the_status_of_a_proxy_that_refuses},
     {"swaps its body for a buffer", swaps_bodies}, {"shows status, headers and owner", shows_the_response});
