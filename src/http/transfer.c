/*
** transfer.c: a single transfer, from its creation to its end.
*/
#include "http/transfer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MULTIPLE_CHOICES = 300 };

void transfer_free(Transfer *transfer) {
  curl_easy_cleanup(transfer->easy);
  curl_url_cleanup(transfer->address);
  buffer_free(&transfer->origin);
  buffer_free(&transfer->url);
  curl_slist_free_all(transfer->headers);
  buffer_free(&transfer->authorization);
  buffer_free(&transfer->response);
  buffer_free(&transfer->stream.input);
  free(transfer);
}

bool transfer_uses_no_proxy(const TransportOptions *options) {
  return options->proxy != NULL && options->proxy[0] == '\0';
}

/* Called by libcurl to open a connection's socket. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  Transfer *transfer = context;
  (void)purpose;
  transfer->opens_socket = true;
  return connections_open(&transfer->transport->connections, address, transfer);
}

/*
** Called by libcurl to close a connection's socket, perhaps long after the transfer that opened it.
*/
static int close_socket(void *context, curl_socket_t descriptor) {
  Transport *transport = context;
  poller_forget(&transport->poller, descriptor);
  connections_close(&transport->connections, descriptor);
  return close(descriptor);
}

/*
** Sets the options that no request changes. libcurl copies strings, so each of these calls may fail
** for lack of memory.
*/
static CURLcode configure(Transfer *transfer) {
  const TransportOptions *options = &transfer->transport->options;
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_CURLU, transfer->address);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a slow resolver must not delay the end of a transfer */
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, response_receive_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's headers are not those of the response */
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, response_receive_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, sent_before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->transport);
  /* Lua has checked the scheme, and redirects are not followed */
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK) code = tls_set_trust(transfer);
  if (code == CURLE_OK && options->proxy != NULL) code = curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
  if (code == CURLE_OK && transfer_uses_no_proxy(options))
    code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* otherwise libcurl reads the environment each time */
  return code;
}

CURLcode transfer_new(Transport *transport, Transfer **made) {
  Transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return CURLE_OUT_OF_MEMORY;
  transfer->transport = transport;
  transfer->easy = curl_easy_init();
  transfer->address = curl_url();
  const bool has_memory = transfer->easy != NULL && transfer->address != NULL;
  const CURLcode code = has_memory ? configure(transfer) : CURLE_OUT_OF_MEMORY;
  if (code == CURLE_OK)
    *made = transfer;
  else
    transfer_free(transfer);
  return code;
}

/* Resets the results of an earlier start. */
static void reset(Transfer *transfer) {
  transfer->outcome = TRANSFER_RESPONSE;
  transfer->code = CURLE_OK;
  transfer->problem[0] = '\0';
  transfer->connection = NULL;
  transfer->was_begun = transfer->was_turned_away = transfer->is_over_http1 = false;
  response_reset(transfer);
}

CURLcode transfer_prepare(Transfer *transfer, const TransferRequest *request) {
  reset(transfer);
  transfer->was_restarted = false;
  transfer->once_only = request->once_only;
  transfer->timeout = request->timeout;
  transfer->body_length = request->streams && request->stream_size >= 0 ? SIZE_MAX : request->body_length;
  return request_set_options(transfer, request);
}

void transfer_prepare_restart(Transfer *transfer) {
  reset(transfer);
  transfer->was_restarted = true;
  if (transfer->wait_for_connection == 0) request_demand_new_connection(transfer);
}

void transfer_end(Transfer *transfer, CURLcode code) {
  transfer->code = code;
  transfer->outcome = response_judge(transfer, code);
}

Protocol transfer_protocol(const Transfer *transfer) {
  long version = CURL_HTTP_VERSION_NONE;
  if (transfer->version == CURL_HTTP_VERSION_1_1) return PROTOCOL_UNKNOWN; /* nothing else was offered */
  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
  if (version == CURL_HTTP_VERSION_NONE) return PROTOCOL_UNKNOWN;
  return version >= CURL_HTTP_VERSION_2_0 ? PROTOCOL_HTTP_2 : PROTOCOL_HTTP_1;
}

void *transfer_owner(const Transfer *transfer) {
  return transfer->owner;
}

TransferOutcome transfer_outcome(const Transfer *transfer) {
  return transfer->outcome;
}

bool transfer_has_ended(const Transfer *transfer) {
  return !transfer->in_flight;
}

long transfer_status(const Transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

void transfer_swap_body(Transfer *transfer, Buffer *buffer) {
  const Buffer body = transfer->response;
  transfer->response = *buffer;
  *buffer = body;
}

const char *transfer_authorization(const Transfer *transfer) {
  return transfer->authorization.length > 0 ? transfer->authorization.data : NULL;
}

const char *transfer_problem(const Transfer *transfer) {
  return transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror(transfer->code);
}

long transfer_proxy_status(const Transfer *transfer) {
  long status = 0;
  if (transfer->was_begun) return 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= MULTIPLE_CHOICES ? status : 0;
}

bool transfer_is_final(const Transfer *transfer) {
  const bool is_handshake = transfer->code == CURLE_SSL_CONNECT_ERROR && !response_refuses_certificate(transfer);
  const bool is_certificate = transfer->outcome == TRANSFER_TLS && !is_handshake;
  return is_certificate || (transfer->outcome == TRANSFER_CONNECTION && transfer_proxy_status(transfer) != 0);
}

size_t transfer_header_count(const Transfer *transfer) {
  return transfer->headers_end - transfer->headers_start;
}

struct curl_header *transfer_next_header(const Transfer *transfer, struct curl_header *previous) {
  return curl_easy_nextheader(transfer->easy, CURLH_HEADER, -1, previous);
}
