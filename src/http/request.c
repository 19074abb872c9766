/*
** request.c: sets libcurl's options for a request. Most requests resemble the one before, so an
** option is set only if it changes.
*/
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "http/transfer.h"

enum {
  EXPECTING_BODY = 512 * 1024, /* bytes; libcurl waits for a "100 Continue" from 1 MiB on */
  KEEP_URL = 4096,             /* bytes of a buffer that are worth keeping for the next URL */
  LINE_OVERHEAD = 4,           /* approximately: ": " and CRLF of a header */
  /*
  ** Over HTTP/2 libcurl spins forever if a server responds before it has read a body larger than
  ** its 64 KiB window (github.com/curl/curl/issues/7821). Larger bodies go over HTTP/1.1.
  */
  MAX_HTTP2_BODY = 60000
};

static bool add_header(Transfer *transfer, const char *header) {
  struct curl_slist *headers = curl_slist_append(transfer->headers, header);
  if (headers == NULL) return false;
  transfer->headers = headers;
  return true;
}

/*
** Returns whether a list of headers has a header with the name at the start of `line`, up to a
** colon or the end.
*/
static bool has_header(const struct curl_slist *headers, const char *line) {
  const size_t length = strcspn(line, ":");
  for (; headers != NULL; headers = headers->next)
    if (strncasecmp(headers->data, line, length) == 0 && headers->data[length] == ':') return true;
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

/* Adds the User-Agent as a header: libcurl formats CURLOPT_USERAGENT twice for every request. */
static bool add_user_agent(Transfer *transfer, const TransferRequest *request) {
  const char *user_agent = transfer->transport->options.user_agent;
  if (user_agent == NULL || has_header(request->headers, "User-Agent")) return true;
  return add_named_header(transfer, "User-Agent", user_agent);
}

static bool has_same_headers(const Transfer *transfer, const TransferRequest *request) {
  if (transfer->headers == NULL || !transfer->headers_are_plain || request->headers != NULL) return false;
  if (transfer->common_headers != request->common_headers) return false;
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
  transfer->common_headers = request->common_headers;
  transfer->headers_have_body = request->body != NULL;
  transfer->headers_are_for_large = request->body_length > EXPECTING_BODY;
  for (const struct curl_slist *header = request->headers; header != NULL; header = header->next)
    if (!add_header(transfer, header->data)) return false;
  for (const struct curl_slist *header = request->common_headers; header != NULL; header = header->next)
    if (!has_header(request->headers, header->data) && !add_header(transfer, header->data)) return false;
  if (!has_header(request->headers, "Accept") && !add_header(transfer, "Accept: application/json")) return false;
  /* a header without a value keeps libcurl from adding its own */
  const char *type = request->body != NULL ? "Content-Type: application/json" : "Content-Type:";
  if (!has_header(request->headers, "Content-Type") && !add_header(transfer, type)) return false;
  if (transfer->headers_are_for_large && !add_header(transfer, "Expect:")) return false;
  return add_user_agent(transfer, request) && add_authorization(transfer, request->authorization);
}

static CURLcode set_headers(Transfer *transfer, const TransferRequest *request) {
  if (has_same_headers(transfer, request)) return CURLE_OK;
  if (!build_headers(transfer, request)) {
    curl_slist_free_all(transfer->headers); /* an incomplete list must not be used */
    transfer->headers = NULL;
    return CURLE_OUT_OF_MEMORY;
  }
  return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

/*
** Sets method and body. POSTFIELDS is set even without a body, or libcurl would read standard
** input.
*/
static CURLcode set_method(Transfer *transfer, const TransferRequest *request) {
  CURL *easy = transfer->easy;
  const char *method = request->method;
  if (request->body != NULL && transfer->method_has_body && strcmp(transfer->method, method) == 0) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
  }
  transfer->method_has_body = false; /* until libcurl has accepted this one */
  const bool is_head = strcmp(method, "HEAD") == 0;
  const bool has_length =
    request->body != NULL || strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0 || strcmp(method, "PUT") == 0;
  if (is_head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L); /* the two others reset it */
  } else if (has_length) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  const size_t length = strlen(method);
  const bool fits = length < sizeof transfer->method;
  memcpy(transfer->method, fits ? method : "", fits ? length + 1 : 1);
  transfer->method_has_body = code == CURLE_OK && request->body != NULL && fits;
  return code;
}

/* Sets a numeric option unless it has the value already. */
static void set_number(Transfer *transfer, CURLoption option, long *current, long wanted) {
  if (*current == wanted) return;
  *current = wanted;
  curl_easy_setopt(transfer->easy, option, wanted);
}

/*
** Before 8.0 libcurl cannot use a connection twice for HTTP/2 without TLS
** (github.com/curl/curl/issues/10634).
*/
bool request_can_share_without_tls(void) {
  return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
}

static long usual_version(const TransportOptions *options, const TransferRequest *request) {
  if (options->http_version == HTTP_VERSION_1_1) return CURL_HTTP_VERSION_1_1;
  if (strncasecmp(request->url, "https:", 6) == 0) return CURL_HTTP_VERSION_2TLS;
  return options->http_version == HTTP_VERSION_2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1;
}

/*
** Chooses the pool and the kind of connection. Over HTTP/2 transfers share connections, and wait
** for one that is being opened. Over HTTP/1.1 a once-only request or an upload gets a new
** connection: the server may close an idle one while the request is in flight.
*/
static void set_connection(Transfer *transfer, const TransferRequest *request) {
  const Transport *transport = transfer->transport;
  const long usual = usual_version(&transport->options, request);
  /* over HTTP/2 a paused stream would keep up to 32 MiB inside libcurl */
  const bool is_large = usual != CURL_HTTP_VERSION_1_1 && (request->streams || request->body_length > MAX_HTTP2_BODY);
  const long version = is_large ? CURL_HTTP_VERSION_1_1 : usual;
  const bool is_alone = version == CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE && !request_can_share_without_tls();
  const bool shares = transport->protocol == PROTOCOL_HTTP_2 && version != CURL_HTTP_VERSION_1_1 && !is_alone;
  const bool is_upload = request->streams && request->stream_size >= 0;
  const bool is_fresh = is_alone || (!shares && (request->once_only || is_upload || request->on_new_connection));
  transfer->pool_kind = is_large && transport->protocol != PROTOCOL_HTTP_1 ? POOL_LARGE_BODIES : POOL_MAIN;
  set_number(transfer, CURLOPT_HTTP_VERSION, &transfer->version, version);
  set_number(transfer, CURLOPT_PIPEWAIT, &transfer->wait_for_connection, shares ? 1L : 0L);
  set_number(transfer, CURLOPT_FRESH_CONNECT, &transfer->fresh_connect, is_fresh ? 1L : 0L);
  set_number(transfer, CURLOPT_FORBID_REUSE, &transfer->forbid_reuse, is_alone ? 1L : 0L);
  set_number(transfer, CURLOPT_CONNECTTIMEOUT_MS, &transfer->connect_timeout, request->connect_timeout);
}

/*
** Makes libcurl refuse a body whose announced length is too large, except for streams and for HEAD,
** which has no body.
*/
static void set_max_response(Transfer *transfer, const TransferRequest *request) {
  const bool has_limit = !request->streams && strcmp(request->method, "HEAD") != 0;
  const curl_off_t most = has_limit ? (curl_off_t)request->max_response_bytes : 0;
  transfer->max_response_bytes = request->max_response_bytes;
  if (transfer->max_announced == most) return;
  transfer->max_announced = most;
  curl_easy_setopt(transfer->easy, CURLOPT_MAXFILESIZE_LARGE, most);
}

static bool is_visible_ascii(const char *text) {
  for (; *text != '\0'; text++)
    if (*text <= ' ' || *text > '~') return false;
  return true;
}

/*
** Returns where in a URL the request target (path and query) begins (RFC 9112 section 3.2.1).
** Returns the end of the URL if libcurl must find the target itself, because parts must be encoded
** or left out, or because a proxy needs the whole URL.
*/
static const char *find_target(const TransportOptions *options, const char *url) {
  const char *authority = strstr(url, "://");
  const char *target = authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : "";
  const bool no_proxy_sees_it = strncasecmp(url, "https:", 6) == 0 || transfer_uses_no_proxy(options);
  const bool is_ready = *target == '/' && no_proxy_sees_it && strchr(target, '#') == NULL && is_visible_ascii(target);
  return is_ready ? target : url + strlen(url);
}

/* Sets where a request goes: the first `length` bytes of its URL. */
static CURLcode set_origin(Transfer *transfer, const char *url, size_t length) {
  Buffer *origin = &transfer->origin;
  if (origin->length == length && length > 0 && memcmp(origin->data, url, length) == 0) return CURLE_OK;
  buffer_reset(origin, KEEP_URL);
  if (!buffer_append(origin, url, length)) return CURLE_OUT_OF_MEMORY;
  const CURLUcode code = curl_url_set(transfer->address, CURLUPART_URL, origin->data, CURLU_PATH_AS_IS);
  if (code != CURLUE_OK) buffer_reset(origin, 0); /* libcurl's URL is now empty or incomplete */
  if (code == CURLUE_OUT_OF_MEMORY) return CURLE_OUT_OF_MEMORY;
  return code == CURLUE_OK ? CURLE_OK : CURLE_URL_MALFORMAT;
}

/*
** Sets the URL in two parts, origin and target. libcurl would parse, encode and rebuild a whole URL
** for every request, although mostly the origin has not changed.
*/
static CURLcode set_url(Transfer *transfer, const char *url) {
  Buffer *current = &transfer->url;
  if (current->length > 0 && strcmp(current->data, url) == 0) return CURLE_OK;
  buffer_reset(current, KEEP_URL); /* until libcurl has accepted this one */
  const char *target = find_target(&transfer->transport->options, url);
  CURLcode code = set_origin(transfer, url, (size_t)(target - url));
  if (code == CURLE_OK)
    code = curl_easy_setopt(transfer->easy, CURLOPT_REQUEST_TARGET, *target != '\0' ? target : NULL);
  if (code == CURLE_OK && !buffer_append_text(current, url)) code = CURLE_OUT_OF_MEMORY;
  return code;
}

bool request_is_longer_than(const Transfer *transfer, size_t limit) {
  if (transfer->body_length > limit) return true;
  size_t length = transfer->url.length + transfer->body_length;
  for (const struct curl_slist *header = transfer->headers; header != NULL; header = header->next)
    length += strlen(header->data) + LINE_OVERHEAD;
  return length > limit;
}

CURLcode request_set_options(Transfer *transfer, const TransferRequest *request) {
  set_connection(transfer, request);
  set_max_response(transfer, request);
  CURLcode code = set_method(transfer, request);
  if (code == CURLE_OK && request->streams) code = stream_prepare(transfer, request);
  if (code == CURLE_OK) code = set_url(transfer, request->url);
  if (code == CURLE_OK) code = tls_set_certificate(transfer, request->shows_certificate);
  if (code == CURLE_OK) code = set_headers(transfer, request);
  return code;
}

void request_demand_new_connection(Transfer *transfer) {
  set_number(transfer, CURLOPT_FRESH_CONNECT, &transfer->fresh_connect, 1L);
}
