/*
** connection.c: libcurl as in a careful C program: options set once, one handle and one buffer for
** all calls.
*/
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096, MAX_URL = 512, MAX_HEADER = 8192 };

static const char *setting(const char *name) {
  const char *value = getenv(name);
  if (value == NULL) fprintf(stderr, "%s is not set: bench/run sets it\n", name);
  return value;
}

/* Makes room for `more` bytes after the response received so far. */
static bool reserve(Connection *connection, size_t more) {
  const size_t needed = connection->response_length + more;
  if (needed <= connection->response_capacity) return true;
  size_t capacity = connection->response_capacity > 0 ? connection->response_capacity : FIRST_CAPACITY;
  while (capacity < needed)
    capacity *= 2;
  char *response = realloc(connection->response, capacity);
  if (response == NULL) return false;
  connection->response = response;
  connection->response_capacity = capacity;
  return true;
}

/* libcurl's write callback. Returning less than was offered ends the transfer with an error. */
static size_t receive(char *bytes, size_t size, size_t count, void *user) {
  Connection *connection = user;
  const size_t length = size * count;
  if (!reserve(connection, length)) return 0;
  memcpy(connection->response + connection->response_length, bytes, length);
  connection->response_length += length;
  return length;
}

static bool add_header(Connection *connection, const char *name, const char *value) {
  char header[MAX_HEADER];
  const int length = snprintf(header, sizeof header, "%s: %s", name, value);
  if (length < 0 || (size_t)length >= sizeof header) return false;
  struct curl_slist *headers = curl_slist_append(connection->headers, header);
  if (headers == NULL) return false;
  connection->headers = headers;
  return true;
}

static bool set_headers(Connection *connection, const char *token) {
  return add_header(connection, "Authorization", token) && add_header(connection, "Content-Type", "application/json") &&
         add_header(connection, "Accept", "application/json") &&
         curl_easy_setopt(connection->easy, CURLOPT_HTTPHEADER, connection->headers) == CURLE_OK;
}

static bool set_url(Connection *connection, const char *base_url, const char *job_id) {
  char url[MAX_URL];
  const int length = snprintf(url, sizeof url, "%s/customer/jobs/%s/datasource", base_url, job_id);
  if (length < 0 || (size_t)length >= sizeof url) return false;
  return curl_easy_setopt(connection->easy, CURLOPT_URL, url) == CURLE_OK;
}

bool connection_open(Connection *connection) {
  const char *base_url = setting("BENCH_BASE_URL");
  const char *job_id = setting("BENCH_JOB_ID");
  const char *token = setting("BENCH_TOKEN");
  const char *ca_file = setting("BENCH_CA_FILE");
  if (base_url == NULL || job_id == NULL || token == NULL || ca_file == NULL) return false;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return false;
  CURL *easy = curl_easy_init();
  if (easy == NULL) return false;
  connection->easy = easy;
  if (!set_url(connection, base_url, job_id) || !set_headers(connection, token) ||
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PATCH") != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, connection) != CURLE_OK) {
    fputs("libcurl took a setting amiss\n", stderr);
    return false;
  }
  return true;
}

void connection_prepare(Connection *connection, const char *body, size_t length) {
  connection->response_length = 0;
  curl_easy_setopt(connection->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  curl_easy_setopt(connection->easy, CURLOPT_POSTFIELDS, body);
}

bool connection_check(Connection *connection, CURLcode outcome) {
  if (outcome != CURLE_OK) {
    fprintf(stderr, "no response: %s\n", curl_easy_strerror(outcome));
    return false;
  }
  long status = 0;
  curl_easy_getinfo(connection->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) fprintf(stderr, "answered with status %ld\n", status);
  return status == 200;
}

bool connection_patch(Connection *connection, const char *body, size_t length) {
  connection_prepare(connection, body, length);
  return connection_check(connection, curl_easy_perform(connection->easy));
}

void connection_close(Connection *connection) {
  curl_easy_cleanup(connection->easy);
  curl_slist_free_all(connection->headers);
  free(connection->response);
  *connection = (Connection){0};
}
