/*
** server.c: a server for tests of the transport.
*/
#include "server.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

enum { TURNS = 10000 }; /* of a millisecond each */

void server_open(Server *server) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  server->listening = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(server->listening, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(listen(server->listening, 64) == 0);
  CHECK(getsockname(server->listening, (struct sockaddr *)&address, &length) == 0);
  server->port = ntohs(address.sin_port);
  snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/path", server->port);
}

void server_close(Server *server) {
  close(server->listening);
}

void server_open_transport(Transport *transport) {
  const TransportOptions options = {
    .user_agent = "host", .proxy = "", .http_version = HTTP_VERSION_1_1, .max_connections = 10};
  *transport = (Transport){0};
  CHECK(transport_open(transport, &options));
}

TransferRequest server_request(const Server *server) {
  return (TransferRequest){.method = "GET",
                           .url = server->url,
                           .connect_timeout = 20000,
                           .timeout = 20000,
                           .max_response_bytes = 1000,
                           .stream_size = -1};
}

static bool is_readable(int descriptor) {
  struct pollfd socket = {.fd = descriptor, .events = POLLIN};
  return poll(&socket, 1, 0) == 1;
}

int server_accept(const Server *server, Transport *transport) {
  for (int turn = 0; turn < TURNS; turn++) {
    if (is_readable(server->listening)) return accept(server->listening, NULL, NULL);
    transport_step(transport, 1);
  }
  CHECK(false && "a connection came");
  return -1;
}

const char *server_read_head(int connection, Transport *transport) {
  static char head[8192];
  size_t length = 0;
  head[0] = '\0';
  for (int turn = 0; turn < TURNS && strstr(head, "\r\n\r\n") == NULL; turn++) {
    if (is_readable(connection)) {
      const ssize_t count = read(connection, head + length, sizeof head - 1 - length);
      if (count <= 0) break;
      length += (size_t)count;
      head[length] = '\0';
    } else {
      transport_step(transport, 1);
    }
  }
  return head;
}

void server_send(int connection, const char *text) {
  CHECK_NUMBER(strlen(text), send(connection, text, strlen(text), MSG_NOSIGNAL));
}

Transfer *server_next_finished(Transport *transport) {
  for (int turn = 0; turn < TURNS; turn++) {
    Transfer *transfer = transport_next_finished(transport);
    if (transfer != NULL) return transfer;
    transport_step(transport, 1);
  }
  return NULL;
}

int server_respond(const Server *server, Transport *transport, const char *text) {
  const int connection = server_accept(server, transport);
  server_read_head(connection, transport);
  server_send(connection, text);
  return connection;
}
