/*
** Tests of src/http/request.c.
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

static struct curl_slist *list(const char *first, const char *second) {
  struct curl_slist *headers = curl_slist_append(NULL, first);
  return second != NULL ? curl_slist_append(headers, second) : headers;
}

/* Sends a request and returns the head that the server read. */
static const char *head_of(TransferRequest request) {
  static char kept[8192];
  Server server;
  Transport transport;
  Transfer *holder = NULL;
  char url[128];
  server_open(&server);
  server_open_transport(&transport);
  snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, request.url);
  request.url = url;
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &holder, NULL));
  const int connection = server_accept(&server, &transport);
  snprintf(kept, sizeof kept, "%s", server_read_head(connection, &transport));
  transport_close(&transport);
  close(connection);
  server_close(&server);
  return kept;
}

static TransferRequest get(const char *target) {
  const Server none = {0};
  TransferRequest request = server_request(&none);
  request.url = target;
  return request;
}

static bool has_line(const char *head, const char *line) {
  const size_t length = strlen(line);
  for (const char *at = strstr(head, line); at != NULL; at = strstr(at + 1, line))
    if ((at == head || at[-1] == '\n') && strncmp(at + length, "\r\n", 2) == 0) return true;
  return false;
}

static int count_of(const char *head, const char *words) {
  int count = 0;
  for (const char *at = strcasestr(head, words); at != NULL; at = strcasestr(at + 1, words))
    count++;
  return count;
}

static void sends_plain_headers(void) {
  TransferRequest request = get("/a%20b?c=d");
  request.authorization = "a token";
  const char *head = head_of(request);
  CHECK(strncmp(head, "GET /a%20b?c=d HTTP/1.1\r\n", 25) == 0);
  CHECK(has_line(head, "Accept: application/json"));
  CHECK(has_line(head, "User-Agent: host"));
  CHECK(has_line(head, "Authorization: a token"));
  CHECK_NUMBER(0, count_of(head, "Content-Type"));
  CHECK_NUMBER(0, count_of(head, "Content-Length"));
  CHECK_NUMBER(0, count_of(head, "Expect"));
}

static void sends_a_body(void) {
  TransferRequest request = get("/");
  request.method = "PATCH";
  request.body = "{}";
  request.body_length = 2;
  const char *head = head_of(request);
  CHECK(strncmp(head, "PATCH / HTTP/1.1\r\n", 18) == 0);
  CHECK(has_line(head, "Content-Type: application/json"));
  CHECK(has_line(head, "Content-Length: 2"));
  CHECK_NUMBER(0, count_of(head, "Authorization"));
}

static void sends_an_empty_body_where_the_method_has_one(void) {
  static const char *const methods[] = {"POST", "PUT", "PATCH"};
  for (size_t i = 0; i < 3; i++) {
    TransferRequest request = get("/");
    request.method = methods[i];
    const char *head = head_of(request);
    CHECK(strncmp(head, methods[i], strlen(methods[i])) == 0);
    CHECK(has_line(head, "Content-Length: 0"));
    CHECK_NUMBER(0, count_of(head, "Content-Type"));
  }
  TransferRequest request = get("/");
  request.method = "DELETE";
  CHECK_NUMBER(0, count_of(head_of(request), "Content-Length"));
  request.method = "HEAD";
  CHECK(strncmp(head_of(request), "HEAD / HTTP/1.1\r\n", 17) == 0);
}

static void replaces_a_header_of_the_same_name(void) {
  TransferRequest request = get("/");
  struct curl_slist *headers = list("accept: text/plain", "USER-AGENT: mine");
  request.headers = headers;
  const char *head = head_of(request);
  CHECK_NUMBER(1, count_of(head, "accept:"));
  CHECK(has_line(head, "accept: text/plain"));
  CHECK_NUMBER(1, count_of(head, "user-agent:"));
  CHECK(has_line(head, "USER-AGENT: mine"));
  curl_slist_free_all(headers);
  headers = list("Content-Type: text/plain", NULL);
  request.headers = headers;
  request.method = "POST";
  request.body = "x";
  request.body_length = 1;
  head = head_of(request);
  CHECK_NUMBER(1, count_of(head, "content-type:"));
  CHECK(has_line(head, "Content-Type: text/plain"));
  curl_slist_free_all(headers);
}

static void keeps_ours_if_the_name_only_begins_alike(void) {
  TransferRequest request = get("/");
  struct curl_slist *headers = list("Accept-Language: en", "User-Agents: x");
  request.headers = headers;
  const char *head = head_of(request);
  CHECK(has_line(head, "Accept-Language: en"));
  CHECK(has_line(head, "Accept: application/json"));
  CHECK(has_line(head, "User-Agents: x"));
  CHECK(has_line(head, "User-Agent: host"));
  curl_slist_free_all(headers);
  headers = list("Acce: x", "Content-Types: y");
  request.headers = headers;
  request.method = "POST";
  request.body = "x";
  request.body_length = 1;
  head = head_of(request);
  CHECK(has_line(head, "Accept: application/json"));
  CHECK(has_line(head, "Content-Type: application/json"));
  curl_slist_free_all(headers);
}

/* A transport, and a transfer that is not started. */
static Transfer *prepare(Transport *transport, const TransferRequest *request) {
  Transfer *transfer = NULL;
  CHECK_NUMBER(CURLE_OK, transfer_new(transport, &transfer));
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, request));
  return transfer;
}

static void leaves_headers_that_do_not_change(void) {
  Transport transport;
  server_open_transport(&transport);
  TransferRequest request = get("http://127.0.0.1/");
  Transfer *transfer = prepare(&transport, &request);
  const struct curl_slist *headers = transfer->headers;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(transfer->headers == headers);
  request.authorization = "one";
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(transfer->headers != headers);
  headers = transfer->headers;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(transfer->headers == headers);
  CHECK_TEXT("one", transfer_authorization(transfer));
  request.authorization = "two";
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_TEXT("two", transfer_authorization(transfer));
  request.authorization = NULL;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(transfer_authorization(transfer) == NULL);
  for (const struct curl_slist *each = transfer->headers; each != NULL; each = each->next)
    CHECK(strstr(each->data, "Authorization") == NULL);
  struct curl_slist *further = list("X: y", NULL);
  request.headers = further;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_TEXT("X: y", transfer->headers->data);
  request.headers = NULL;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(strcmp("X: y", transfer->headers->data) != 0);
  request.common_headers = further;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_TEXT("X: y", transfer->headers->data);
  headers = transfer->headers;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(transfer->headers == headers);
  request.common_headers = NULL;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(strcmp("X: y", transfer->headers->data) != 0);
  curl_slist_free_all(further);
  transfer_free(transfer);
  transport_close(&transport);
}

static bool has(const Transfer *transfer, const char *line) {
  for (const struct curl_slist *each = transfer->headers; each != NULL; each = each->next)
    if (strcmp(each->data, line) == 0) return true;
  return false;
}

static void awaits_no_continue_for_a_large_body(void) {
  Transport transport;
  char *body = calloc(1, 512 * 1024 + 1);
  server_open_transport(&transport);
  TransferRequest request = get("http://127.0.0.1/");
  request.method = "POST";
  request.body = body;
  request.body_length = 512 * 1024;
  Transfer *transfer = prepare(&transport, &request);
  CHECK(!has(transfer, "Expect:"));
  request.body_length++;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(has(transfer, "Expect:"));
  request.body_length--;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK(!has(transfer, "Expect:"));
  transfer_free(transfer);
  transport_close(&transport);
  free(body);
}

/* Checks the options of a request for a version of the transport and a protocol of the server. */
static void expect_connection(HttpVersion http_version, Protocol protocol, TransferRequest request, long version,
                              PoolKind kind, bool waits, bool fresh) {
  Transport transport;
  const TransportOptions options = {.http_version = http_version, .max_connections = 10};
  transport = (Transport){0};
  CHECK(transport_open(&transport, &options));
  transport.protocol = protocol;
  Transfer *transfer = prepare(&transport, &request);
  CHECK_NUMBER(version, transfer->version);
  CHECK_NUMBER(kind, transfer->pool_kind);
  CHECK_NUMBER(waits, transfer->wait_for_connection);
  CHECK_NUMBER(fresh, transfer->fresh_connect);
  transfer_free(transfer);
  transport_close(&transport);
}

static void chooses_a_connection(void) {
  TransferRequest request = get("https://127.0.0.1/");
  const long h1 = CURL_HTTP_VERSION_1_1, h2 = CURL_HTTP_VERSION_2TLS;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_UNKNOWN, request, h2, POOL_MAIN, false, false);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h2, POOL_MAIN, true, false);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_1, request, h2, POOL_MAIN, false, false);
  expect_connection(HTTP_VERSION_1_1, PROTOCOL_HTTP_1, request, h1, POOL_MAIN, false, false);
  request.once_only = true;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_UNKNOWN, request, h2, POOL_MAIN, false, true);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h2, POOL_MAIN, true, false);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_1, request, h2, POOL_MAIN, false, true);
  request.once_only = false;
  request.on_new_connection = true;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_1, request, h2, POOL_MAIN, false, true);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h2, POOL_MAIN, true, false);
}

static void sends_large_bodies_apart(void) {
  TransferRequest request = get("https://127.0.0.1/");
  const long h1 = CURL_HTTP_VERSION_1_1, h2 = CURL_HTTP_VERSION_2TLS;
  char *body = calloc(1, 60001);
  request.method = "POST";
  request.body = body;
  request.body_length = 60000;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h2, POOL_MAIN, true, false);
  request.body_length = 60001;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h1, POOL_LARGE_BODIES, false, false);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_UNKNOWN, request, h1, POOL_LARGE_BODIES, false, false);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_1, request, h1, POOL_MAIN, false, false);
  expect_connection(HTTP_VERSION_1_1, PROTOCOL_HTTP_1, request, h1, POOL_MAIN, false, false);
  request.body = NULL;
  request.body_length = 0;
  request.streams = true;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h1, POOL_LARGE_BODIES, false, false);
  request.stream_size = 0;
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_2, request, h1, POOL_LARGE_BODIES, false, true);
  expect_connection(HTTP_VERSION_1_1, PROTOCOL_HTTP_1, request, h1, POOL_MAIN, false, true);
  free(body);
}

static void speaks_http2_without_tls_if_told(void) {
  TransferRequest request = get("http://127.0.0.1/");
  const bool is_alone = !request_can_share_without_tls();
  CHECK_NUMBER(is_alone, curl_version_info(CURLVERSION_NOW)->version_num < 0x080000);
  expect_connection(HTTP_VERSION_AUTO, PROTOCOL_HTTP_1, request, CURL_HTTP_VERSION_1_1, POOL_MAIN, false, false);
  expect_connection(HTTP_VERSION_2, PROTOCOL_HTTP_2, request, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE, POOL_MAIN, !is_alone,
                    is_alone);
}

static void limits_announced_bodies(void) {
  Transport transport;
  server_open_transport(&transport);
  TransferRequest request = get("http://127.0.0.1/");
  Transfer *transfer = prepare(&transport, &request);
  CHECK_NUMBER(1000, transfer->max_announced);
  CHECK_NUMBER(1000, transfer->max_response_bytes);
  request.method = "HEAD";
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_NUMBER(0, transfer->max_announced);
  request.method = "GET";
  request.streams = true;
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_NUMBER(0, transfer->max_announced);
  transfer_free(transfer);
  transport_close(&transport);
}

static void splits_urls(void) {
  static const struct {
    const char *url, *origin;
  } cases[] = {
    {"http://h:1/path?q=1", "http://h:1"},
    {"http://h/", "http://h"},
    {"http://h?q=1", "http://h?q=1"}, /* no path */
    {"http://h/a#b", "http://h/a#b"},
    {"http://h/a b", "http://h/a b"},
    {"http://h/\xC3\xA9", "http://h/\xC3\xA9"},
    {"http://h/a~", "http://h"},
    {"http://h/a!", "http://h"},
    {"http://h/a\x7F", "http://h/a\x7F"},
  };
  Transport transport;
  server_open_transport(&transport);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    TransferRequest request = get(cases[i].url);
    Transfer *transfer = NULL;
    CHECK_NUMBER(CURLE_OK, transfer_new(&transport, &transfer));
    if (request_set_options(transfer, &request) == CURLE_OK) CHECK_TEXT(cases[i].origin, transfer->origin.data);
    transfer_free(transfer);
  }
  transport_close(&transport);
}

static void gives_a_proxy_the_whole_url(void) {
  Transport transport = {0};
  const TransportOptions options = {
    .proxy = "http://127.0.0.1:9", .http_version = HTTP_VERSION_1_1, .max_connections = 10};
  CHECK(transport_open(&transport, &options));
  TransferRequest request = get("http://h/path");
  Transfer *transfer = prepare(&transport, &request);
  CHECK_TEXT("http://h/path", transfer->origin.data);
  request.url = "HTTPS://h/path"; /* inside the tunnel only the target is sent */
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_TEXT("HTTPS://h", transfer->origin.data);
  transfer_free(transfer);
  transport_close(&transport);
}

static void refuses_what_is_no_url(void) {
  Transport transport;
  server_open_transport(&transport);
  TransferRequest request = get("http://h:99999/");
  Transfer *transfer = NULL;
  CHECK_NUMBER(CURLE_OK, transfer_new(&transport, &transfer));
  CHECK_NUMBER(CURLE_URL_MALFORMAT, request_set_options(transfer, &request));
  CHECK_NUMBER(CURLE_URL_MALFORMAT, request_set_options(transfer, &request)); /* it must not count as the current one */
  request.url = "http://h/";
  CHECK_NUMBER(CURLE_OK, request_set_options(transfer, &request));
  CHECK_TEXT("http://h/", transfer->url.data);
  transfer_free(transfer);
  transport_close(&transport);
}

static void measures_a_request(void) {
  Transport transport;
  server_open_transport(&transport);
  TransferRequest request = get("http://127.0.0.1/");
  Transfer *transfer = prepare(&transport, &request);
  size_t length = 0;
  while (request_is_longer_than(transfer, length))
    length++;
  const size_t expected = strlen(request.url) + strlen("Accept: application/json") + 4 + strlen("Content-Type:") + 4 +
                          strlen("User-Agent: host") + 4;
  CHECK_NUMBER(expected, length);
  transfer->body_length = 100;
  CHECK(request_is_longer_than(transfer, expected + 99));
  CHECK(!request_is_longer_than(transfer, expected + 100));
  transfer->body_length = SIZE_MAX;
  CHECK(request_is_longer_than(transfer, SIZE_MAX - 1));
  transfer_free(transfer);
  transport_close(&transport);
}

UNIT(request_unit, "http/request", {"sends method, target and its own headers", sends_plain_headers},
     {"sends a body with its length and type", sends_a_body},
     {"sends an empty body if the method has one", sends_an_empty_body_where_the_method_has_one},
     {"replaces its header by one of the same name, in any letter case", replaces_a_header_of_the_same_name},
     {"keeps its header if only the beginning of a name matches", keeps_ours_if_the_name_only_begins_alike},
     {"does not rebuild headers that do not change", leaves_headers_that_do_not_change},
     {"does not wait for 100 Continue before a large body", awaits_no_continue_for_a_large_body},
     {"chooses a kind of connection", chooses_a_connection},
     {"sends large bodies and streams apart", sends_large_bodies_apart},
     {"speaks HTTP/2 without TLS only if asked to", speaks_http2_without_tls_if_told},
     {"limits bodies whose length is announced, but not streams", limits_announced_bodies},
     {"splits a URL that needs no work into origin and target", splits_urls},
     {"leaves the whole URL to libcurl for a proxy", gives_a_proxy_the_whole_url},
     {"refuses an invalid URL each time", refuses_what_is_no_url}, {"measures a request", measures_a_request});
