/*
** Tests of src/http/response.c.
*/
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

enum { MAX_HEADER_BYTES = 256 * 1024, MAX_HEADERS = 1000 };

static size_t head(Transfer *transfer, const char *line) {
  char copy[256];
  strcpy(copy, line);
  return response_receive_header(copy, 1, strlen(line), transfer);
}

static size_t body(Transfer *transfer, const char *text) {
  char copy[2048];
  strcpy(copy, text);
  return response_receive_body(copy, 1, strlen(text), transfer);
}

/* Makes a transfer that has not sent anything. */
static Transfer *make(Transport *transport) {
  Transfer *transfer = NULL;
  server_open_transport(transport);
  CHECK_NUMBER(CURLE_OK, transfer_new(transport, &transfer));
  transfer->max_response_bytes = 10;
  return transfer;
}

static void finish(Transport *transport, Transfer *transfer) {
  transfer_free(transfer);
  transport_close(transport);
}

static void sees_the_end_of_the_head(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(17, head(transfer, "HTTP/1.1 200 OK\r\n"));
  CHECK(!transfer->has_whole_head);
  head(transfer, "X: y\r\n");
  CHECK(!transfer->has_whole_head);
  head(transfer, "\r\n");
  CHECK(transfer->has_whole_head);
  head(transfer, "Trailer: x\r\n");
  CHECK(transfer->has_whole_head);
  head(transfer, "HTTP/1.1 200 OK\r\n"); /* after an interim response */
  CHECK(!transfer->has_whole_head);
  head(transfer, "\n");
  CHECK(transfer->has_whole_head);
  head(transfer, "HTTP/2 200\r\n");
  head(transfer, "\r"); /* the connection closed in the middle of the line */
  CHECK(!transfer->has_whole_head);
  head(transfer, "x\n");
  CHECK(!transfer->has_whole_head);
  head(transfer, "\r\n");
  head(transfer, "HTTP");
  CHECK(transfer->has_whole_head);
  head(transfer, "HTTP/");
  CHECK(!transfer->has_whole_head);
  finish(&transport, transfer);
}

static void limits_the_head(void) {
  static char line[MAX_HEADER_BYTES];
  Transport transport;
  Transfer *transfer = make(&transport);
  memset(line, 'x', sizeof line);
  CHECK_NUMBER(MAX_HEADER_BYTES, response_receive_header(line, 1, sizeof line, transfer));
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer->outcome);
  CHECK_NUMBER(0, response_receive_header(line, 1, 1, transfer));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, transfer->outcome);
  CHECK_NUMBER(TRANSFER_TOO_LARGE, response_judge(transfer, CURLE_WRITE_ERROR));
  finish(&transport, transfer);
}

static void limits_the_number_of_headers(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  head(transfer, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i <= MAX_HEADERS; i++)
    head(transfer, "a:\r\n");
  CHECK_NUMBER(TRANSFER_RESPONSE, transfer->outcome);
  CHECK_NUMBER(0, head(transfer, "\r\n"));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, transfer->outcome);
  finish(&transport, transfer);
}

static void counts_the_headers_of_the_response(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(0, transfer_header_count(transfer));
  head(transfer, "HTTP/1.1 103 Early Hints\r\n");
  head(transfer, "Link: a\r\n");
  head(transfer, "\r\n");
  head(transfer, "HTTP/1.1 200 OK\r\n");
  head(transfer, "X: a\r\n");
  head(transfer, " folded\r\n");
  head(transfer, "\tfolded\r\n");
  head(transfer, "Y: b\r\n");
  head(transfer, "\r\n");
  head(transfer, "X-Trailer: c\r\n");
  head(transfer, "\r\n");
  CHECK_NUMBER(2, transfer_header_count(transfer));
  response_reset(transfer);
  CHECK_NUMBER(0, transfer_header_count(transfer));
  finish(&transport, transfer);
}

static void counts_items_of_a_size(void) {
  char text[] = "12345678";
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(8, response_receive_header(text, 2, 4, transfer));
  CHECK_NUMBER(8, transfer->header_bytes);
  CHECK_NUMBER(8, response_receive_body(text, 4, 2, transfer));
  CHECK_NUMBER(8, transfer->response.length);
  finish(&transport, transfer);
}

static void limits_the_body(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(4, body(transfer, "1234"));
  CHECK_NUMBER(6, body(transfer, "567890"));
  CHECK_TEXT("1234567890", transfer->response.data);
  CHECK_NUMBER(0, body(transfer, "1"));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, transfer->outcome);
  finish(&transport, transfer);
}

static void starts_anew(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  head(transfer, "HTTP/1.1 200 OK\r\n");
  head(transfer, "\r\n");
  body(transfer, "1234");
  response_reset(transfer);
  CHECK_NUMBER(0, transfer->header_bytes);
  CHECK_NUMBER(0, transfer->response.length);
  CHECK(!transfer->has_whole_head);
  CHECK(transfer->response.data != NULL); /* its memory is kept */
  CHECK(buffer_reserve(&transfer->response, 256 * 1024));
  response_reset(transfer);
  CHECK(transfer->response.data == NULL);
  finish(&transport, transfer);
}

static TransferOutcome judge(Transfer *transfer, CURLcode code, bool was_begun, const char *problem) {
  transfer->outcome = TRANSFER_RESPONSE;
  transfer->was_begun = was_begun;
  strcpy(transfer->problem, problem);
  return response_judge(transfer, code);
}

static void judges_results(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(TRANSFER_TIMEOUT, judge(transfer, CURLE_OPERATION_TIMEDOUT, true, ""));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, judge(transfer, CURLE_FILESIZE_EXCEEDED, true, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_CONNECT_ERROR, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_PEER_FAILED_VERIFICATION, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_CACERT_BADFILE, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_CERTPROBLEM, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_CIPHER, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_ISSUER_ERROR, false, ""));
  CHECK_NUMBER(TRANSFER_TLS, judge(transfer, CURLE_SSL_ENGINE_INITFAILED, false, ""));
  CHECK_NUMBER(TRANSFER_PROTOCOL, judge(transfer, CURLE_WEIRD_SERVER_REPLY, true, ""));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_WEIRD_SERVER_REPLY, false, "")); /* a proxy's words */
  CHECK_NUMBER(TRANSFER_PROTOCOL, judge(transfer, CURLE_UNSUPPORTED_PROTOCOL, true, ""));
  CHECK_NUMBER(TRANSFER_PROTOCOL, judge(transfer, CURLE_BAD_CONTENT_ENCODING, true, ""));
  CHECK_NUMBER(TRANSFER_PROTOCOL, judge(transfer, CURLE_URL_MALFORMAT, true, ""));
  CHECK_NUMBER(TRANSFER_NO_MEMORY, judge(transfer, CURLE_URL_MALFORMAT, false, "No URL set"));
  CHECK_NUMBER(TRANSFER_NO_MEMORY, judge(transfer, CURLE_OUT_OF_MEMORY, false, ""));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_COULDNT_CONNECT, false, ""));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_RECV_ERROR, true, "Recv failure: Connection reset"));
  finish(&transport, transfer);
}

static void judges_results_by_their_words(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(TRANSFER_PROTOCOL,
               judge(transfer, CURLE_RECV_ERROR, true, "Illegal or missing hexadecimal in chunked-encoding"));
  CHECK_NUMBER(TRANSFER_PROTOCOL, judge(transfer, CURLE_RECV_ERROR, true, "Malformed Chunk"));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_SEND_ERROR, true, "Malformed Chunk"));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, judge(transfer, CURLE_RECV_ERROR, true, "Too large response headers"));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_RECV_ERROR, false, "Too large"));
  CHECK_NUMBER(TRANSFER_CONNECTION, judge(transfer, CURLE_SEND_ERROR, true, "Too large"));
  finish(&transport, transfer);
}

/* libcurl reports a header line of more than 100 KB as lack of memory. */
static void tells_a_large_header_from_lack_of_memory(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  CHECK_NUMBER(TRANSFER_TOO_LARGE, judge(transfer, CURLE_OUT_OF_MEMORY, true, ""));
  transfer->has_whole_head = true;
  CHECK_NUMBER(TRANSFER_NO_MEMORY, judge(transfer, CURLE_OUT_OF_MEMORY, true, ""));
  finish(&transport, transfer);
}

static void says_what_libcurl_does_not(void) {
  Transport transport;
  Transfer *transfer = make(&transport);
  judge(transfer, CURLE_ABORTED_BY_CALLBACK, true, "");
  CHECK_TEXT("the connection closed before a response came", transfer_problem(transfer));
  judge(transfer, CURLE_ABORTED_BY_CALLBACK, true, "operation aborted by pre-request callback");
  CHECK_TEXT("the connection closed before a response came", transfer_problem(transfer));
  judge(transfer, CURLE_ABORTED_BY_CALLBACK, true, "something else");
  CHECK_TEXT("something else", transfer_problem(transfer));
  judge(transfer, CURLE_COULDNT_CONNECT, true, "Failed to connect");
  CHECK_TEXT("Failed to connect", transfer_problem(transfer));
  transfer->code = CURLE_COULDNT_CONNECT;
  judge(transfer, CURLE_COULDNT_CONNECT, true, "");
  CHECK_TEXT(curl_easy_strerror(CURLE_COULDNT_CONNECT), transfer_problem(transfer));
  finish(&transport, transfer);
}

/* Sends the text as the response to a request, then closes. Returns how the transfer ended. */
static TransferOutcome outcome_of(const char *method, const char *response, const char *problem) {
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  server_open(&server);
  server_open_transport(&transport);
  TransferRequest request = server_request(&server);
  request.method = method;
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  close(server_respond(&server, &transport, response));
  const Transfer *finished = server_next_finished(&transport);
  CHECK(finished == holder);
  const TransferOutcome outcome = transfer_outcome(holder);
  if (problem != NULL) CHECK_TEXT(problem, transfer_problem(holder));
  transport_close(&transport);
  server_close(&server);
  return outcome;
}

static void counts_only_whole_responses(void) {
  static const char *const cut = "the connection closed within the headers of the response";
  CHECK_NUMBER(TRANSFER_RESPONSE, outcome_of("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", NULL));
  CHECK_NUMBER(TRANSFER_RESPONSE, outcome_of("GET", "HTTP/1.1 200 OK\r\n\r\n", NULL));
  CHECK_NUMBER(TRANSFER_RESPONSE, outcome_of("GET", "HTTP/1.1 200 OK\n\nok", NULL));
  CHECK_NUMBER(TRANSFER_RESPONSE, outcome_of("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", NULL));
  CHECK_NUMBER(TRANSFER_CONNECTION, outcome_of("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", NULL));
  CHECK_NUMBER(TRANSFER_CONNECTION, outcome_of("GET", "HTTP/1.1 200 OK\r\nX: y\r\n", cut));
  CHECK_NUMBER(TRANSFER_CONNECTION, outcome_of("GET", "HTTP/1.1 100 Continue\r\n\r\n", NULL));
  CHECK_NUMBER(TRANSFER_TOO_LARGE, outcome_of("GET", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", NULL));
  CHECK_NUMBER(TRANSFER_PROTOCOL,
               outcome_of("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", NULL));
}

UNIT(response_unit, "http/response", {"sees the end of each header section", sees_the_end_of_the_head},
     {"limits the header section to 256 KiB", limits_the_head},
     {"limits the number of headers", limits_the_number_of_headers},
     {"counts the headers of the final response", counts_the_headers_of_the_response},
     {"counts items of any size", counts_items_of_a_size}, {"limits the body", limits_the_body},
     {"forgets the last response, and keeps a limited amount of memory", starts_anew},
     {"judges libcurl's results", judges_results},
     {"judges some results by their messages", judges_results_by_their_words},
     {"distinguishes a header line that is too long from lack of memory", tells_a_large_header_from_lack_of_memory},
     {"has a message if libcurl has none", says_what_libcurl_does_not},
     {"accepts only complete responses", counts_only_whole_responses});
