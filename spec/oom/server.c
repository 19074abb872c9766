/*
** server.c: canned responses over HTTP/1.1.
*/
#define _GNU_SOURCE /* strcasestr */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 16, MAX_REQUEST = 16 * 1024, MAX_ANSWER = 16 * 1024 };

/*
** The entries of the table of descriptors: the pipe that ends the thread, the listening socket, the
** connections.
*/
enum { END, LISTENER, FIRST_CONNECTION, DESCRIPTORS = FIRST_CONNECTION + MAX_CONNECTIONS };

typedef struct Response {
  const char *method;
  const char *path_end;
  int status;
  const char *body;
} Response;

static const Response responses[] = {
  {"POST", "/auth/access_token", 200, "{\"token\":\"token-of-the-harness\",\"expiresIn\":\"3600\",\"scope\":\"\"}"},
  {"POST", "/auth/signout", 200, "{\"ok\":true,\"requestId\":\"r-1\",\"message\":\"\",\"error\":null}"},
  {"POST", "/jobs", 200,
   "{\"job\":{\"id\":\"job 1\",\"templateId\":\"img-gen\",\"name\":\"Nightly \\u00e9\",\"state\":\"JOB_STATE_DRAFT\","
   "\"left\":\"in the next response it is gone\",\"config\":null}}"},
  {"PATCH", "/datasource", 200,
   "{\"job\":{\"id\":\"job 1\",\"templateId\":\"img-gen\",\"name\":\"Nightly\",\"state\":\"JOB_STATE_DRAFT\","
   "\"priority\":\"EXECUTION_PRIORITY_NORMAL\",\"dataSource\":{\"dataSourceDescriptor\":\"url\",\"params\":{\"url\":"
   "\"https://example.org/in.txt\",\"@type\":\"type.googleapis.com/bytenite.data_source.HttpDataSource\"}},"
   "\"dataDestination\":{\"dataSourceDescriptor\":\"bucket\"},\"createdAt\":\"2025-08-27T21:51:41Z\",\"numChunks\":"
   "\"12\","
   "\"extra\":[1,2.5,null,\"\\ud83d\\ude00\",[],{}]},\"templateInfo\":{\"id\":\"img-gen\",\"isPublic\":true}}"},
  {"PATCH", "/configs", 400,
   "{\"ok\":false,\"requestId\":\"r-2\",\"message\":\"invalid\",\"error\":{\"code\":\"3\",\"message\":\"INVALID\","
   "\"description\":\"jobTimeout is below taskTimeout\"},\"details\":[{\"@type\":\"x\",\"field\":\"jobTimeout\"}]}"},
  {"GET", "/customer/jobs", 200,
   "{\"pagination\":{\"total\":\"2\",\"offset\":0,\"hasPrevious\":false,\"hasNext\":false},\"data\":[{\"id\":\"a\","
   "\"name\":"
   "\"First\",\"state\":null},{\"id\":\"b\",\"name\":\"Second\",\"unknown\":[]}]}"},
  {"PUT", "/put", 200, ""},
  {"PATCH", "/uploadcompleted", 200, "{\"ok\":true,\"requestId\":\"r-3\",\"message\":\"\",\"error\":null}"},
  {"GET", "/jobs/page", 502, "<html><head><title>Bad Gateway & more</title></head><body>nginx</body></html>"},
  {"GET", "/jobs/careless", 502, "{\"message\":\"no job for you\",\"code\":02,\"details\":[{\"note\":\"x\"}]}"},
  {"GET", "/jobs/job%201", 200,
   "{\"job\":{\"id\":\"job 1\",\"templateId\":\"img-gen\",\"name\":\"Nightly\",\"description\":\"with all there is\","
   "\"config\":{\"taskTimeout\":3600,\"jobTimeout\":\"86400\",\"isTestJob\":true},\"startedAt\":\"2025-08-27T21:52:"
   "00Z\","
   "\"endedAt\":\"2025-08-27T21:59:00Z\",\"submittedAt\":\"2025-08-27T21:51:59Z\",\"state\":\"JOB_STATE_COMPLETE\","
   "\"duration\":420.25,\"paymentAmount\":0.00125,\"numUnitsEstimation\":\"9007199254740993\",\"numChunks\":12,"
   "\"params\":{\"partitioner\":{\"num_replicas\":5},\"assembler\":{},\"app\":{\"prompt\":\"A "
   "sunset\",\"frames\":[[],{}]}},"
   "\"regions\":{\"blacklist\":[],\"whitelist\":[\"eu\",\"us\"]},\"stateTimestamps\":{\"JOB_STATE_DRAFT\":\"2025-08-"
   "27T21:"
   "51:41Z\"},"
   "\"one\":1,\"two\":2,\"three\":3,\"four\":4,\"five\":5,\"six\":6,\"seven\":7,\"eight\":8,\"nine\":9,\"ten\":10,"
   "\"templateInfo\":{\"id\":\"img-gen\",\"owner\":\"somebody\",\"app\":\"img-gen@1.2\",\"isPublic\":true,\"params\":{"
   "\"app\":{}}}}}"},
  {NULL, "", 404, "{\"code\":5,\"message\":\"not found\",\"details\":[]}"}, /* everything else */
};

typedef struct Connection {
  size_t length;
  char request[MAX_REQUEST];
} Connection;

static struct pollfd descriptors[DESCRIPTORS];
static Connection connections[MAX_CONNECTIONS];
static int end_pipe[2];
static pthread_t thread;

static bool ends_with(const char *text, const char *end) {
  const size_t length = strlen(text);
  const size_t end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

const char *server_answer(const char *method, const char *path, int *status) {
  const Response *response = responses;
  while (response->method != NULL && (strcmp(response->method, method) != 0 || !ends_with(path, response->path_end)))
    response++;
  *status = response->status;
  return response->body;
}

static void close_connection(struct pollfd *descriptor) {
  close(descriptor->fd);
  descriptor->fd = -1; /* poll leaves it out */
}

static void send_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    const ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return; /* the client is gone, which it may be */
    bytes += sent;
    count -= (size_t)sent;
  }
}

static void send_response(int descriptor, const char *request) {
  char method[16];
  char path[256];
  char text[MAX_ANSWER];
  int status = 400;
  if (sscanf(request, "%15s %255[^ ?]", method, path) != 2) return;
  const char *body = server_answer(method, path, &status);
  const int length = snprintf(text, sizeof text,
                              "HTTP/1.1 %d Canned\r\nContent-Type: application/json\r\nX-Twice: a\r\nX-Twice: b\r\n"
                              "Content-Length: %zu\r\n\r\n%s",
                              status, strlen(body), body);
  send_all(descriptor, text, (size_t)length);
}

/* Returns the length of the request at the start of a text, 0 while it is incomplete. */
static size_t request_length(const char *text, size_t available) {
  const char *end = strstr(text, "\r\n\r\n");
  if (end == NULL) return 0;
  const char *field = strcasestr(text, "\r\nContent-Length:");
  size_t length = (size_t)(end - text) + strlen("\r\n\r\n");
  if (field != NULL && field < end) length += strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
  return length <= available ? length : 0;
}

static void serve(struct pollfd *descriptor, Connection *connection) {
  const size_t space = sizeof connection->request - 1 - connection->length;
  const ssize_t got = recv(descriptor->fd, connection->request + connection->length, space, 0);
  if (got <= 0) {
    close_connection(descriptor);
    return;
  }
  connection->length += (size_t)got;
  connection->request[connection->length] = '\0';
  const size_t length = request_length(connection->request, connection->length);
  if (length == 0) return;
  send_response(descriptor->fd, connection->request);
  connection->length -= length;
  memmove(connection->request, connection->request + length, connection->length + 1);
}

static void accept_connection(void) {
  const int one = 1;
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  const int descriptor = accept(descriptors[LISTENER].fd, NULL, NULL);
  if (descriptor < 0) return;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  /* of tens of thousands of connections none may stay in TIME_WAIT: a reset prevents that */
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  for (int i = FIRST_CONNECTION; i < DESCRIPTORS; i++) {
    if (descriptors[i].fd != -1) continue;
    descriptors[i].fd = descriptor;
    connections[i - FIRST_CONNECTION].length = 0;
    return;
  }
  close(descriptor);
}

static void *run(void *unused) {
  (void)unused;
  while (poll(descriptors, DESCRIPTORS, -1) > 0 && descriptors[END].revents == 0) {
    for (int i = FIRST_CONNECTION; i < DESCRIPTORS; i++)
      if (descriptors[i].fd != -1 && descriptors[i].revents != 0)
        serve(&descriptors[i], &connections[i - FIRST_CONNECTION]);
    if (descriptors[LISTENER].revents != 0) accept_connection();
  }
  return NULL;
}

static int listen_on_free_port(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  if (bind(descriptor, (const struct sockaddr *)&address, size) != 0 || listen(descriptor, MAX_CONNECTIONS) != 0 ||
      getsockname(descriptor, (struct sockaddr *)&address, &size) != 0) {
    close(descriptor);
    return -1;
  }
  *port = ntohs(address.sin_port);
  return descriptor;
}

bool server_start(int *port) {
  const int listener = listen_on_free_port(port);
  if (listener < 0 || pipe(end_pipe) != 0) return false;
  for (int i = 0; i < DESCRIPTORS; i++)
    descriptors[i] = (struct pollfd){.fd = -1, .events = POLLIN};
  descriptors[END].fd = end_pipe[0];
  descriptors[LISTENER].fd = listener;
  return pthread_create(&thread, NULL, run, NULL) == 0;
}

void server_stop(void) {
  close(end_pipe[1]); /* the other end wakes the thread */
  pthread_join(thread, NULL);
  for (int i = 0; i < DESCRIPTORS; i++)
    if (descriptors[i].fd != -1) close(descriptors[i].fd);
}
