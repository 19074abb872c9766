/*
** transport.c: HTTP over libcurl.
*/
#include "transport.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  PROBE = 256 * 1024,          /* bytes: more than the header line that libcurl refuses */
  EXPECTING_BODY = 512 * 1024, /* bytes; libcurl waits for a "100 Continue" from 1 MiB on */
  KEEP_RESPONSE = 256 * 1024,  /* bytes of a response buffer worth keeping for the next transfer */
  /*
  ** Over HTTP/2 libcurl spins for ever when a server answers before it has read a body above its 64 KiB window
  ** (github.com/curl/curl/issues/7821). Larger bodies take HTTP/1.1.
  */
  MAX_HTTP2_BODY = 60000,
  /* Before 8.0 libcurl cannot use a connection twice for HTTP/2 without TLS (github.com/curl/curl/issues/10634). */
  REUSES_HTTP2_WITHOUT_TLS = 0x080000
};

struct Transfer {
  Transport *transport;
  CURL *easy;
  Transfer **holder;
  void *owner;
  Transfer *previous, *next; /* in the transport's list of those in use, or its pool */
  Transfer *next_finished;
  bool in_flight; /* libcurl has it */
  bool is_queued; /* among the transport's finished ones */
  struct curl_slist *headers;
  Buffer authorization;   /* the value that stands in `headers`, so that equal requests keep them */
  bool headers_are_plain; /* no further ones among them */
  bool headers_have_body;
  bool headers_are_for_large;                                  /* a body for which libcurl would ask first */
  long version, fresh, forbid_reuse, connect_timeout, timeout; /* options as libcurl has them */
  char method[16];                                             /* the same, where the last request had a body */
  bool method_has_body;
  Buffer response;
  size_t max_response_bytes;
  TransferOutcome outcome;
  CURLcode code;
  char problem[CURL_ERROR_SIZE];
};

/* Called by libcurl with a piece of the body; must not run Lua. Returning less than it was given ends the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *context) {
  Transfer *transfer = context;
  const size_t length = size * count;
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

/* How many forks lie between the first process and this one. Counted, because asking for the process id costs a system call a time. */
static unsigned forks;

static void count_fork(void) {
  forks++;
}

bool transport_init(bool skip_curl) {
  return (skip_curl || curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) && pthread_atfork(NULL, NULL, count_fork) == 0;
}

bool transport_is_own(const Transport *transport) {
  return transport->forks == forks;
}

static bool keep_text(Buffer *buffer, const char *text, const char **kept) {
  if (text == NULL) return true;
  if (!buffer_append_text(buffer, text)) return false;
  *kept = buffer->data;
  return true;
}

bool transport_open(Transport *transport, const TransportOptions *options) {
  TransportOptions *own = &transport->options;
  *own = *options;
  transport->forks = forks;
  transport->multi = curl_multi_init();
  if (transport->multi == NULL) return false;
  curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  return keep_text(&transport->user_agent, options->user_agent, &own->user_agent) &&
         keep_text(&transport->ca_file, options->ca_file, &own->ca_file) &&
         keep_text(&transport->proxy, options->proxy, &own->proxy);
}

static void transfer_free(Transfer *transfer) {
  curl_easy_cleanup(transfer->easy);
  curl_slist_free_all(transfer->headers);
  buffer_free(&transfer->authorization);
  buffer_free(&transfer->response);
  free(transfer);
}

void transport_close(Transport *transport) {
  while (transport->in_use != NULL)
    transport_release(transport->in_use);
  while (transport->pool != NULL) {
    Transfer *transfer = transport->pool;
    transport->pool = transfer->next;
    transfer_free(transfer);
  }
  curl_multi_cleanup(transport->multi);
  buffer_free(&transport->user_agent);
  buffer_free(&transport->ca_file);
  buffer_free(&transport->proxy);
  *transport = (Transport){.forks = transport->forks};
}

/* What no request changes. Strings are copied by libcurl, so each of these may find no memory. */
static CURLcode configure(Transfer *transfer) {
  const TransportOptions *options = &transfer->transport->options;
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a slow resolver must not hold up the end of a transfer */
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options->allow_http ? "http,https" : "https");
  if (code == CURLE_OK && options->ca_file != NULL) code = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
  if (code == CURLE_OK && options->proxy != NULL) code = curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
  return code;
}

/* Puts a new transfer into the pool. */
static CURLcode add_transfer(Transport *transport) {
  Transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return CURLE_OUT_OF_MEMORY;
  transfer->transport = transport;
  transfer->easy = curl_easy_init();
  const CURLcode code = transfer->easy != NULL ? configure(transfer) : CURLE_OUT_OF_MEMORY;
  if (code != CURLE_OK) {
    transfer_free(transfer);
    return code;
  }
  transport->pool = transfer;
  return CURLE_OK;
}

/* Moves a transfer from the pool to those in use. */
static Transfer *take_transfer(Transport *transport) {
  Transfer *transfer = transport->pool;
  transport->pool = transfer->next;
  transfer->previous = NULL;
  transfer->next = transport->in_use;
  if (transport->in_use != NULL) transport->in_use->previous = transfer;
  transport->in_use = transfer;
  return transfer;
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
  if (options->http_version == HTTP_VERSION_1_1 || request->body_length > MAX_HTTP2_BODY) return CURL_HTTP_VERSION_1_1;
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

static void set_connection(Transfer *transfer, const TransferRequest *request) {
  const long version = http_version_for(&transfer->transport->options, request);
  const bool once = version == CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE &&
                    curl_version_info(CURLVERSION_NOW)->version_num < REUSES_HTTP2_WITHOUT_TLS;
  set_number(transfer, CURLOPT_HTTP_VERSION, &transfer->version, version);
  set_number(transfer, CURLOPT_FRESH_CONNECT, &transfer->fresh, once || request->fresh_connection ? 1L : 0L);
  set_number(transfer, CURLOPT_FORBID_REUSE, &transfer->forbid_reuse, once ? 1L : 0L);
  set_number(transfer, CURLOPT_CONNECTTIMEOUT_MS, &transfer->connect_timeout, request->connect_timeout);
  set_number(transfer, CURLOPT_TIMEOUT_MS, &transfer->timeout, request->timeout);
}

static CURLcode prepare(Transfer *transfer, const TransferRequest *request) {
  CURL *easy = transfer->easy;
  transfer->outcome = TRANSFER_ANSWERED;
  transfer->code = CURLE_OK;
  transfer->problem[0] = '\0';
  transfer->max_response_bytes = request->max_response_bytes;
  buffer_reset(&transfer->response, KEEP_RESPONSE);
  set_connection(transfer, request);
  CURLcode code = set_method(transfer, request);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
  if (code == CURLE_OK) code = set_headers(transfer, request);
  return code;
}

CURLcode transport_start(Transport *transport, const TransferRequest *request, Transfer **holder, void *owner) {
  CURLcode code = transport->pool == NULL ? add_transfer(transport) : CURLE_OK;
  if (code != CURLE_OK) return code;
  Transfer *transfer = take_transfer(transport);
  transfer->holder = holder;
  transfer->owner = owner;
  *holder = transfer;
  code = prepare(transfer, request);
  if (code == CURLE_OK && curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) code = CURLE_OUT_OF_MEMORY;
  transfer->in_flight = code == CURLE_OK;
  if (code == CURLE_OK)
    transport->in_flight++;
  else
    transport_release(transfer);
  return code;
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

static TransferOutcome outcome_of(const Transfer *transfer, CURLcode code) {
  if (has_large_headers(transfer, code)) return TRANSFER_TOO_LARGE;
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

static void finish(Transport *transport, Transfer *transfer, CURLcode code) {
  curl_multi_remove_handle(transport->multi, transfer->easy);
  transfer->in_flight = false;
  transport->in_flight--;
  transfer->code = code;
  if (transfer->outcome == TRANSFER_ANSWERED)
    transfer->outcome = outcome_of(transfer, code); /* else `receive` has said why */
  transfer->next_finished = NULL;
  transfer->is_queued = true;
  if (transport->finished == NULL)
    transport->finished = transfer;
  else
    transport->last_finished->next_finished = transfer;
  transport->last_finished = transfer;
}

static void perform(Transport *transport) {
  int count;
  curl_multi_perform(transport->multi, &count);
  for (;;) {
    CURLMsg *message = curl_multi_info_read(transport->multi, &count);
    if (message == NULL) return;
    if (message->msg != CURLMSG_DONE) continue;
    Transfer *transfer = NULL;
    const CURLcode code = message->data.result; /* removing the handle makes the message invalid */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    finish(transport, transfer, code);
  }
}

void transport_step(Transport *transport, int milliseconds) {
  perform(transport);
  if (transport->finished != NULL || milliseconds <= 0) return;
  curl_multi_poll(transport->multi, NULL, 0, milliseconds, NULL);
  perform(transport);
}

Transfer *transport_next_finished(Transport *transport) {
  Transfer *transfer = transport->finished;
  if (transfer == NULL) return NULL;
  transport->finished = transfer->next_finished;
  transfer->is_queued = false;
  return transfer;
}

/* Takes a transfer that ended but was not asked for out of the queue. */
static void forget_finished(Transport *transport, const Transfer *transfer) {
  Transfer *previous = NULL;
  for (Transfer *other = transport->finished; other != NULL; previous = other, other = other->next_finished) {
    if (other != transfer) continue;
    if (previous == NULL)
      transport->finished = other->next_finished;
    else
      previous->next_finished = other->next_finished;
    if (transport->last_finished == other) transport->last_finished = previous;
    return;
  }
}

void transport_release(Transfer *transfer) {
  Transport *transport = transfer->transport;
  if (transfer->in_flight) {
    curl_multi_remove_handle(transport->multi, transfer->easy);
    transport->in_flight--;
  }
  if (transfer->is_queued) forget_finished(transport, transfer);
  transfer->in_flight = transfer->is_queued = false;
  *transfer->holder = NULL;
  if (transfer->previous != NULL)
    transfer->previous->next = transfer->next;
  else
    transport->in_use = transfer->next;
  if (transfer->next != NULL) transfer->next->previous = transfer->previous;
  buffer_reset(&transfer->response, KEEP_RESPONSE);
  transfer->next = transport->pool;
  transport->pool = transfer;
}

void *transfer_owner(const Transfer *transfer) {
  return transfer->owner;
}

TransferOutcome transfer_outcome(const Transfer *transfer) {
  return transfer->outcome;
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

bool transfer_was_sent(const Transfer *transfer) {
  long bytes = 0;
  curl_off_t ready = 0; /* when connection, tunnel and handshake were done: a proxy's CONNECT is no request of ours */
  curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
  curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  return bytes > 0 && ready > 0;
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
