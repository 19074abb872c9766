/*
** response.c: receives responses: counts the bytes, detects the end of the header section, and
** decides whether the response is complete.
*/
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/transfer.h"

enum {
  MAX_HEADER_BYTES = 256 * 1024,
  /*
  ** Iterating over libcurl's list of headers takes time quadratic in their number. (Newer versions
  ** allow 5000.)
  */
  MAX_HEADERS = 1000,
  KEEP_RESPONSE = 256 * 1024, /* bytes of a buffer that are worth keeping for the next response */
  PROBE_BYTES = 256 * 1024,   /* more than the header line that libcurl refuses */
  OK = 200,
  NO_CONTENT = 204,
  RESET_CONTENT = 205,
  MULTIPLE_CHOICES = 300
};

void response_reset(Transfer *transfer) {
  buffer_reset(&transfer->response, KEEP_RESPONSE);
  transfer->header_bytes = transfer->header_count = transfer->headers_start = transfer->headers_end = 0;
  transfer->has_whole_head = false;
}

/* Ends the transfer with an outcome. libcurl treats a result other than the length as an error. */
static size_t stop(Transfer *transfer, TransferOutcome outcome) {
  transfer->outcome = outcome;
  return 0;
}

size_t response_receive_header(char *data, size_t size, size_t count, void *context) {
  Transfer *transfer = context;
  const size_t length = size * count;
  transfer->header_bytes += length;
  if (transfer->header_bytes > MAX_HEADER_BYTES || transfer->header_count > MAX_HEADERS)
    return stop(transfer, TRANSFER_TOO_LARGE);
  if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) {
    transfer->has_whole_head = false; /* the head after an interim response starts here too */
    transfer->headers_start = transfer->header_count;
  } else if (length <= 2 && data[length - 1] == '\n' && (length == 1 || data[0] == '\r')) {
    if (!transfer->has_whole_head) transfer->headers_end = transfer->header_count; /* else it ends the trailers */
    /* a lone CR is not the end: libcurl 8.23 passes it on when the connection closes */
    transfer->has_whole_head = true;
  } else if (data[0] != ' ' && data[0] != '\t') { /* else it continues the header before */
    transfer->header_count++;
  }
  return length;
}

size_t response_receive_body(char *data, size_t size, size_t count, void *context) {
  Transfer *transfer = context;
  const size_t length = size * count;
  size_t result;
  if (transfer->stream.is_on && stream_receive(transfer, data, length, &result)) return result;
  if (length > transfer->max_response_bytes - transfer->response.length) return stop(transfer, TRANSFER_TOO_LARGE);
  if (!buffer_append(&transfer->response, data, length)) return stop(transfer, TRANSFER_NO_MEMORY);
  return length;
}

static void set_problem(Transfer *transfer, const char *text) {
  strncpy(transfer->problem, text, sizeof transfer->problem - 1);
  transfer->problem[sizeof transfer->problem - 1] = '\0';
}

static bool says(const Transfer *transfer, const char *words) {
  return strstr(transfer->problem, words) != NULL;
}

static bool has_memory_for(size_t count) {
  void *volatile probe = malloc(count); /* volatile, or the compiler may leave it out */
  free(probe);
  return probe != NULL;
}

/*
** Returns whether a header line or the whole head was too large. libcurl reports a line above 100
** KB as lack of memory, and a head that is too large in total as a failure to receive.
*/
static bool has_large_head(const Transfer *transfer, CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY)
    return transfer->was_begun && !transfer->has_whole_head && has_memory_for(PROBE_BYTES);
  return transfer->was_begun && code == CURLE_RECV_ERROR && says(transfer, "Too large");
}

/*
** Returns whether a response may be incomplete. libcurl treats an HTTP/2 stream that the server
** resets with NO_ERROR as ended. A response without a body and without a length may be the
** beginning of a longer one, so it does not count as complete.
*/
static bool may_be_cut(const Transfer *transfer) {
  curl_off_t announced = -1;
  if (transfer->response.length > 0 || transfer->stream.is_on || transfer_protocol(transfer) != PROTOCOL_HTTP_2)
    return false;
  const long status = transfer_status(transfer);
  if (status >= MULTIPLE_CHOICES || status == NO_CONTENT || status == RESET_CONTENT)
    return false; /* the status alone is enough */
  if (strcmp(transfer->method, "HEAD") == 0) return false;
  curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  return announced < 0;
}

/* Returns the outcome of a transfer that libcurl reports as successful. */
static TransferOutcome judge_success(Transfer *transfer) {
  if (!transfer->has_whole_head || transfer_status(transfer) < OK) {
    set_problem(transfer, "the connection closed within the headers of the response");
    return TRANSFER_CONNECTION;
  }
  if (may_be_cut(transfer)) {
    set_problem(transfer, "the response ended without a body and without a length");
    return TRANSFER_CONNECTION;
  }
  return TRANSFER_RESPONSE;
}

static bool are_descriptors_used_up(void) {
  const int probe = dup(STDERR_FILENO);
  if (probe >= 0) close(probe);
  return probe < 0 && errno == EMFILE;
}

/*
** Returns whether a transfer got no connection because no descriptor is left, which libcurl 8.23
** reports as lack of memory.
*/
static bool lacks_descriptors(const Transfer *transfer) {
  return !transfer->was_begun && are_descriptors_used_up();
}

/*
** Returns whether the server has refused the client's certificate, or requires one. Over TLS 1.3
** the refusal arrives instead of a response, long after the handshake.
*/
bool response_refuses_certificate(const Transfer *transfer) {
  return says(transfer, " alert ") && (says(transfer, "certificate") || says(transfer, "unknown ca"));
}

/*
** Returns the outcome of a transfer whose connection failed. Adds the reason if libcurl's text has
** none.
*/
static TransferOutcome judge_connection(Transfer *transfer, CURLcode code) {
  if (code == CURLE_RECV_ERROR && (says(transfer, "hunk") || says(transfer, "chunked-encoding")))
    return TRANSFER_PROTOCOL;
  if (response_refuses_certificate(transfer)) return TRANSFER_TLS;
  if (lacks_descriptors(transfer))
    set_problem(transfer, "Too many open files: no descriptor is left for a connection");
  else if (code == CURLE_ABORTED_BY_CALLBACK &&
           (transfer->problem[0] == '\0' || says(transfer, "pre-request callback")))
    set_problem(transfer, "the connection closed before a response came");
  return TRANSFER_CONNECTION;
}

TransferOutcome response_judge(Transfer *transfer, CURLcode code) {
  if (transfer->outcome != TRANSFER_RESPONSE) return transfer->outcome; /* the received bytes have ended it */
  if (has_large_head(transfer, code)) return TRANSFER_TOO_LARGE;
  /* every transfer has a URL: it is missing only if libcurl had no memory for a copy */
  if (code == CURLE_URL_MALFORMAT && says(transfer, "No URL set")) return TRANSFER_NO_MEMORY;
  switch (code) {
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE: return TRANSFER_TOO_LARGE;
#endif
    case CURLE_FILESIZE_EXCEEDED: return TRANSFER_TOO_LARGE;
    case CURLE_OK: return judge_success(transfer);
    case CURLE_OPERATION_TIMEDOUT: return TRANSFER_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
      return lacks_descriptors(transfer) ? judge_connection(transfer, code) : TRANSFER_NO_MEMORY;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_BAD_FUNCTION_ARGUMENT: return TRANSFER_TLS; /* libcurl 8.23: a client_key that cannot be used */
    case CURLE_WRITE_ERROR: /* our functions accept every byte: libcurl could not decode the rest */
      set_problem(transfer, "the content cannot be decoded");
      return TRANSFER_PROTOCOL;
    case CURLE_WEIRD_SERVER_REPLY:
      return transfer->was_begun ? TRANSFER_PROTOCOL
                                 : TRANSFER_CONNECTION; /* only a proxy responds before the request */
    case CURLE_UNSUPPORTED_PROTOCOL:                    /* HTTP/0.9 among others */
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_URL_MALFORMAT: return TRANSFER_PROTOCOL;
    default: return judge_connection(transfer, code);
  }
}
