/*
** transfer.c: one transfer: its request as libcurl's options, and what came of it.
*/
#include "http/transfer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/connections.h"

enum {
  PROBE = 256 * 1024,          /* bytes: more than the header line that libcurl refuses */
  EXPECTING_BODY = 512 * 1024, /* bytes; libcurl waits for a "100 Continue" from 1 MiB on */
  KEEP_URL = 4096,             /* bytes of an address worth keeping, too */
  KEEP_RESPONSE = 256 * 1024,  /* bytes of a response buffer worth keeping for the next transfer */
  /*
  ** Over HTTP/2 libcurl spins for ever when a server answers before it has read a body above its 64 KiB window
  ** (github.com/curl/curl/issues/7821). Larger bodies take HTTP/1.1.
  */
  MAX_HTTP2_BODY = 60000
};

/* Called by libcurl with a piece of the body; must not run Lua. Returning less than it was given ends the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *context) {
  Transfer *transfer = context;
  const size_t length = size * count;
  size_t result;
  if (transfer->stream.is_on && stream_receive(transfer, data, length, &result)) return result;
  if (length > transfer->max_response_bytes - transfer->response.length) {
    transfer->outcome = TRANSFER_TOO_LARGE;
    return 0;
  }
  if (!buffer_append(&transfer->response, data, length)) {
    transfer->outcome = TRANSFER_NO_MEMORY;
    return 0;
  }
  return length;
}

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

/* Whether libcurl must not send it again: because the server might do twice what it asks for, or the bytes of its body are gone. */
static bool is_sent_once(const Transfer *transfer) {
  return transfer->once_only || (transfer->stream.is_on && transfer->stream.size >= 0);
}

/*
** Called by libcurl before it sends a request, and before it repeats one by itself. That it does when a kept connection breaks without an answer,
** over HTTP/2 too, and when the server has refused the stream; only then has the server surely done nothing, and libcurl has no words for it. A once-only request must go out once.
*/
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static int begin(void *context, char *address, char *own_address, int port, int own_port) {
  Transfer *transfer = context;
  (void)address;
  (void)own_address;
  (void)port;
  (void)own_port;
  if (is_sent_once(transfer) && transfer->was_begun) {
    transfer->was_refused = transfer->problem[0] == '\0';
    return CURL_PREREQFUNC_ABORT;
  }
  transfer->was_begun = true;
  return CURL_PREREQFUNC_OK;
}

/* Whether no proxy is used, whatever the environment says. */
static bool goes_straight(const TransportOptions *options) {
  return options->proxy != NULL && options->proxy[0] == '\0';
}

/* What no request changes. Strings are copied by libcurl, so each of these may find no memory. */
static CURLcode configure(Transfer *transfer) {
  const TransportOptions *options = &transfer->transport->options;
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_CURLU, transfer->address);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a slow resolver must not hold up the end of a transfer */
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, begin);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, sockets_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->transport);
  /* which of the two an address may have was looked at in Lua, and redirects are not followed */
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK && options->ca_file != NULL) code = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
  if (code == CURLE_OK && options->proxy != NULL) code = curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
  if (code == CURLE_OK && goes_straight(options))
    code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* or it asks the environment each time */
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

static bool add_header(Transfer *transfer, const char *header) {
  struct curl_slist *headers = curl_slist_append(transfer->headers, header);
  if (headers == NULL) return false;
  transfer->headers = headers;
  return true;
}

/* Whether a header of that name is among the further ones: those go before ours. */
static bool names_header(const struct curl_slist *headers, const char *name) {
  const size_t length = strlen(name);
  for (; headers != NULL; headers = headers->next)
    if (strncasecmp(headers->data, name, length) == 0 && headers->data[length] == ':') return true;
  return false;
}

static bool add_named_header(Transfer *transfer, const char *name, const char *value) {
  Buffer line = {0};
  const bool added = buffer_append_text(&line, name) && buffer_append_text(&line, ": ") &&
                     buffer_append_text(&line, value) && add_header(transfer, line.data);
  buffer_free(&line);
  return added;
}

static bool add_authorization(Transfer *transfer, const char *value) {
  buffer_reset(&transfer->authorization, SIZE_MAX);
  if (value == NULL) return true;
  return buffer_append_text(&transfer->authorization, value) && add_named_header(transfer, "Authorization", value);
}

/* Among the headers, not by CURLOPT_USERAGENT, which libcurl formats twice for every request. */
static bool add_user_agent(Transfer *transfer, const TransferRequest *request) {
  const char *user_agent = transfer->transport->options.user_agent;
  if (user_agent == NULL || names_header(request->headers, "User-Agent")) return true;
  return add_named_header(transfer, "User-Agent", user_agent);
}

static bool has_same_headers(const Transfer *transfer, const TransferRequest *request) {
  if (transfer->headers == NULL || !transfer->headers_are_plain || request->headers != NULL) return false;
  if (transfer->headers_have_body != (request->body != NULL)) return false;
  if (transfer->headers_are_for_large != (request->body_length > EXPECTING_BODY)) return false;
  if (request->authorization == NULL) return transfer->authorization.length == 0;
  return transfer->authorization.length > 0 && strcmp(transfer->authorization.data, request->authorization) == 0;
}

static bool build_headers(Transfer *transfer, const TransferRequest *request) {
  curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all(transfer->headers);
  transfer->headers = NULL;
  transfer->headers_are_plain = request->headers == NULL;
  transfer->headers_have_body = request->body != NULL;
  transfer->headers_are_for_large = request->body_length > EXPECTING_BODY;
  for (const struct curl_slist *header = request->headers; header != NULL; header = header->next)
    if (!add_header(transfer, header->data)) return false;
  if (!names_header(request->headers, "Accept") && !add_header(transfer, "Accept: application/json")) return false;
  /* the empty form keeps libcurl from adding a form's type */
  const char *type = request->body != NULL ? "Content-Type: application/json" : "Content-Type:";
  if (!names_header(request->headers, "Content-Type") && !add_header(transfer, type)) return false;
  /* this one from asking for a "100 Continue" */
  if (transfer->headers_are_for_large && !add_header(transfer, "Expect:")) return false;
  return add_user_agent(transfer, request) && add_authorization(transfer, request->authorization);
}

static CURLcode set_headers(Transfer *transfer, const TransferRequest *request) {
  if (has_same_headers(transfer, request)) return CURLE_OK;
  if (!build_headers(transfer, request)) {
    curl_slist_free_all(transfer->headers); /* half a list is worse than none */
    transfer->headers = NULL;
    return CURLE_OUT_OF_MEMORY;
  }
  return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static long http_version_for(const TransportOptions *options, const TransferRequest *request) {
  if (options->http_version == HTTP_VERSION_1_1) return CURL_HTTP_VERSION_1_1;
  if (strncasecmp(request->url, "https:", 6) == 0) return CURL_HTTP_VERSION_2TLS;
  return options->http_version == HTTP_VERSION_2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1;
}

/* Tells libcurl method and body; POSTFIELDS is set even without a body, or libcurl would read standard input. */
static CURLcode set_method(Transfer *transfer, const TransferRequest *request) {
  CURL *easy = transfer->easy;
  const char *method = request->method;
  if (request->body != NULL && transfer->method_has_body && strcmp(transfer->method, method) == 0) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
  }
  transfer->method_has_body = false; /* until libcurl has taken this one */
  const bool is_head = strcmp(method, "HEAD") == 0;
  const bool has_length =
    request->body != NULL || strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0 || strcmp(method, "PUT") == 0;
  curl_easy_setopt(easy, CURLOPT_NOBODY, is_head ? 1L : 0L);
  if (has_length) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
  } else if (!is_head) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  transfer->method_has_body = code == CURLE_OK && request->body != NULL && strlen(method) < sizeof transfer->method;
  if (transfer->method_has_body) memcpy(transfer->method, method, strlen(method) + 1);
  return code;
}

/* Sets a number that is not set already: mostly a request is like the one before it. */
static void set_number(Transfer *transfer, CURLoption option, long *current, long wanted) {
  if (*current == wanted) return;
  *current = wanted;
  curl_easy_setopt(transfer->easy, option, wanted);
}

/* Before 8.0 libcurl cannot use a connection twice for HTTP/2 without TLS (github.com/curl/curl/issues/10634). */
bool transfer_shares_without_tls(void) {
  return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
}

/* Over HTTP/2 many transfers share a connection; one that is being opened is waited for. */
static void set_connection(Transfer *transfer, const TransferRequest *request) {
  Transport *transport = transfer->transport;
  const long usual = http_version_for(&transport->options, request);
  /* a stream that waits would hold up to 32 MiB back inside libcurl over HTTP/2 */
  const bool is_large = usual != CURL_HTTP_VERSION_1_1 && (request->streams || request->body_length > MAX_HTTP2_BODY);
  const long version = is_large ? CURL_HTTP_VERSION_1_1 : usual;
  const bool alone = version == CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE && !transfer_shares_without_tls();
  const bool is_upload = request->streams && request->stream_size >= 0;
  const bool shares = transport->peer == PEER_HTTP_2 && version != CURL_HTTP_VERSION_1_1 && !alone;
  transfer->lane = &transport->lanes[is_large && transport->peer != PEER_HTTP_1 ? LANE_LARGE : LANE_MAIN];
  set_number(transfer, CURLOPT_HTTP_VERSION, &transfer->version, version);
  set_number(transfer, CURLOPT_PIPEWAIT, &transfer->wait_for_connection, shares ? 1L : 0L);
  set_number(transfer, CURLOPT_FRESH_CONNECT, &transfer->fresh,
             alone || ((request->once_only || is_upload) && !shares) ? 1L : 0L);
  set_number(transfer, CURLOPT_FORBID_REUSE, &transfer->forbid_reuse, alone ? 1L : 0L);
  set_number(transfer, CURLOPT_CONNECTTIMEOUT_MS, &transfer->connect_timeout, request->connect_timeout);
  set_number(transfer, CURLOPT_TIMEOUT_MS, &transfer->timeout, request->streams ? 0L : request->timeout);
}

/* Whether text can stand in a request's first line as it is. */
static bool is_visible_ascii(const char *text) {
  for (; *text != '\0'; text++)
    if (*text <= ' ' || *text > '~') return false;
  return true;
}

/*
** Where in a URL its path and query begin, which are what the request asks for (RFC 9112 section 3.2.1); at its end where libcurl is to find
** them itself, because there is more to do: something to encode or to leave out, or a proxy that wants to be told the whole URL.
*/
static const char *find_target(const TransportOptions *options, const char *url) {
  const char *authority = strstr(url, "://");
  const char *target = authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : "";
  const bool is_hidden = strncasecmp(url, "https:", 6) == 0 || goes_straight(options); /* from any proxy */
  const bool is_ready = *target == '/' && is_hidden && strchr(target, '#') == NULL && is_visible_ascii(target);
  return is_ready ? target : url + strlen(url);
}

/* Tells libcurl where a request goes: `length` bytes of its URL. */
static CURLcode set_origin(Transfer *transfer, const char *url, size_t length) {
  Buffer *origin = &transfer->origin;
  if (origin->length == length && length > 0 && memcmp(origin->data, url, length) == 0) return CURLE_OK;
  buffer_reset(origin, KEEP_URL);
  if (!buffer_append(origin, url, length)) return CURLE_OUT_OF_MEMORY;
  const CURLUcode code = curl_url_set(transfer->address, CURLUPART_URL, origin->data, CURLU_PATH_AS_IS);
  if (code != CURLUE_OK) buffer_reset(origin, 0); /* libcurl has none, or half of one */
  if (code == CURLUE_OUT_OF_MEMORY) return CURLE_OUT_OF_MEMORY;
  return code == CURLUE_OK ? CURLE_OK : CURLE_URL_MALFORMAT;
}

/*
** Tells libcurl the URL in two parts: where to and what for. Given as one it is taken apart, encoded and put together again for every
** request; and of the parts mostly the first, often both are those of the request before.
*/
static CURLcode set_url(Transfer *transfer, const char *url) {
  Buffer *current = &transfer->url;
  if (current->length > 0 && strcmp(current->data, url) == 0) return CURLE_OK;
  buffer_reset(current, KEEP_URL); /* until libcurl has taken this one */
  const char *target = find_target(&transfer->transport->options, url);
  CURLcode code = set_origin(transfer, url, (size_t)(target - url));
  if (code == CURLE_OK) code = curl_easy_setopt(transfer->easy, CURLOPT_REQUEST_TARGET, *target != '\0' ? target : NULL);
  if (code == CURLE_OK && !buffer_append_text(current, url)) code = CURLE_OUT_OF_MEMORY;
  return code;
}

CURLcode transfer_prepare(Transfer *transfer, const TransferRequest *request) {
  transfer->outcome = TRANSFER_ANSWERED;
  transfer->code = CURLE_OK;
  transfer->problem[0] = '\0';
  transfer->opened = CURL_SOCKET_BAD;
  transfer->once_only = request->once_only;
  transfer->was_begun = transfer->was_refused = false;
  transfer->max_response_bytes = request->max_response_bytes;
  transfer_reset_response(transfer);
  set_connection(transfer, request);
  CURLcode code = set_method(transfer, request);
  if (code == CURLE_OK && request->streams) code = stream_prepare(transfer, request);
  if (code == CURLE_OK) code = set_url(transfer, request->url);
  if (code == CURLE_OK) code = set_headers(transfer, request);
  return code;
}

void transfer_reset_response(Transfer *transfer) {
  buffer_reset(&transfer->response, KEEP_RESPONSE);
}

static bool has_memory_for(size_t count) {
  void *volatile probe = malloc(count); /* volatile, or the compiler may leave it out */
  free(probe);
  return probe != NULL;
}

/*
** A header line larger than it takes (100 KB) libcurl calls out of memory; trying tells that from the real thing. What it calls a
** failure to receive may be headers too large in all.
*/
static bool has_large_headers(const Transfer *transfer, CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY) return transfer_status(transfer) > 0 && has_memory_for(PROBE);
  return code == CURLE_RECV_ERROR && strncmp(transfer->problem, "Too large", strlen("Too large")) == 0;
}

/* Every transfer has a URL: libcurl finds none when it had no memory for a copy. */
static bool lacked_memory(const Transfer *transfer, CURLcode code) {
  return code == CURLE_URL_MALFORMAT && strcmp(transfer->problem, "No URL set") == 0;
}

static TransferOutcome outcome_of(const Transfer *transfer, CURLcode code) {
  if (has_large_headers(transfer, code)) return TRANSFER_TOO_LARGE;
  if (lacked_memory(transfer, code)) return TRANSFER_NO_MEMORY;
  switch (code) {
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE: return TRANSFER_TOO_LARGE;
#endif
    case CURLE_OK: return TRANSFER_ANSWERED;
    case CURLE_OPERATION_TIMEDOUT: return TRANSFER_TIMEOUT;
    case CURLE_OUT_OF_MEMORY: return TRANSFER_NO_MEMORY;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED: return TRANSFER_TLS;
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 among others */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_URL_MALFORMAT: return TRANSFER_PROTOCOL;
    default: return TRANSFER_CONNECTION;
  }
}

void transfer_end(Transfer *transfer, CURLcode code) {
  transfer->code = code;
  if (transfer->outcome == TRANSFER_ANSWERED)
    transfer->outcome = outcome_of(transfer, code); /* else `receive` has said why */
}

Peer transfer_peer(const Transfer *transfer) {
  long version = CURL_HTTP_VERSION_NONE;
  if (transfer->version == CURL_HTTP_VERSION_1_1) return PEER_UNKNOWN; /* it was not asked for more */
  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
  if (version == CURL_HTTP_VERSION_NONE) return PEER_UNKNOWN;
  return version >= CURL_HTTP_VERSION_2_0 ? PEER_HTTP_2 : PEER_HTTP_1;
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
  if (transfer->was_refused) return "the server refused the request: it is about to close the connection";
  return transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror(transfer->code);
}

bool transfer_was_sent(const Transfer *transfer) {
  return transfer->was_begun && !transfer->was_refused;
}

bool transfer_certificate_refused(const Transfer *transfer) {
  return transfer->outcome == TRANSFER_TLS && transfer->code != CURLE_SSL_CONNECT_ERROR;
}

double transfer_retry_after(const Transfer *transfer) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
  return (double)seconds;
}

struct curl_header *transfer_next_header(const Transfer *transfer, struct curl_header *previous) {
  return curl_easy_nextheader(transfer->easy, CURLH_HEADER, -1, previous);
}
