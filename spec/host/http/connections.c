/*
** Tests of src/http/connections.c.
*/
#include "http/connections.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

static const int opener, other_opener, pool, other_pool; /* only their addresses matter */

/* A connection in the table to a listening socket, and its other end. */
typedef struct Pair {
  int listening, client, server;
  Endpoints ends;
} Pair;

static Pair connect_pair(Connections *connections, const void *by) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in local;
  socklen_t length = sizeof address;
  const struct curl_sockaddr family = {.family = AF_INET, .socktype = SOCK_STREAM, .protocol = 0};
  Pair pair = {.listening = socket(AF_INET, SOCK_STREAM, 0)};
  CHECK(bind(pair.listening, (struct sockaddr *)&address, sizeof address) == 0 && listen(pair.listening, 8) == 0);
  CHECK(getsockname(pair.listening, (struct sockaddr *)&address, &length) == 0);
  pair.client = connections_open(connections, &family, by);
  CHECK(connect(pair.client, (struct sockaddr *)&address, sizeof address) == 0);
  pair.server = accept(pair.listening, NULL, NULL);
  length = sizeof local;
  CHECK(getsockname(pair.client, (struct sockaddr *)&local, &length) == 0);
  pair.ends = (Endpoints){"127.0.0.1", "127.0.0.1", ntohs(local.sin_port), ntohs(address.sin_port)};
  return pair;
}

static void close_pair(Pair pair) {
  close(pair.client);
  close(pair.server);
  close(pair.listening);
}

/* Waits until what the other end did has arrived. */
static void await_event(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  CHECK_NUMBER(1, poll(&one, 1, 5000));
}

static size_t count(const Connections *connections) {
  size_t result = 0;
  for (const Connection *each = connections->first; each != NULL; each = each->next)
    result++;
  return result;
}

static void finds_a_connection_by_its_ends(void) {
  Connections connections = {0};
  const Pair one = connect_pair(&connections, &opener), other = connect_pair(&connections, &opener);
  CHECK((fcntl(one.client, F_GETFD) & FD_CLOEXEC) != 0);
  Connection *found = connections_find(&connections, &one.ends);
  CHECK(found != NULL && found->descriptor == one.client && found->opener == NULL);
  CHECK(connections_find(&connections, &one.ends) == found);
  CHECK(connections_find(&connections, &other.ends)->descriptor == other.client);
  Endpoints ends = one.ends;
  ends.local_port++;
  CHECK(connections_find(&connections, &ends) == NULL);
  ends = one.ends;
  ends.remote_port++;
  CHECK(connections_find(&connections, &ends) == NULL);
  ends = one.ends;
  ends.local_address = "127.0.0.2";
  CHECK(connections_find(&connections, &ends) == NULL);
  ends = one.ends;
  ends.remote_address = "127.0.0.2";
  CHECK(connections_find(&connections, &ends) == NULL);
  connections_free(&connections);
  close_pair(one);
  close_pair(other);
}

static void asks_the_kernel_once_for_the_ends_of_a_connection(void) {
  Connections connections = {0};
  const Pair one = connect_pair(&connections, &opener), other = connect_pair(&connections, &opener);
  Endpoints unknown = other.ends;
  unknown.local_port = unknown.remote_port = 1;
  CHECK(connections_find(&connections, &unknown) == NULL); /* looks at both */
  close(one.client);                                       /* from here on the kernel cannot say */
  const Connection *found = connections_find(&connections, &one.ends);
  CHECK(found != NULL && found->descriptor == one.client);
  connections_free(&connections);
  close_pair(other);
  close(one.server);
  close(one.listening);
}

static void takes_no_closed_descriptor_for_a_connection(void) {
  Connections connections = {0};
  const Pair pair = connect_pair(&connections, &opener);
  Connection *connection = connections_find(&connections, &pair.ends);
  connection_enter(connection, &pool);
  connection->is_http2 = true;
  connections_close(&connections, pair.client);
  CHECK(connection->descriptor == CURL_SOCKET_BAD);
  CHECK(connections_find(&connections, &pair.ends) == NULL); /* even if a transfer still uses it */
  CHECK_NUMBER(1, count(&connections));
  connection_leave(&connections, connection);
  CHECK_NUMBER(0, count(&connections));
  connections_close(&connections, pair.client); /* an unknown one */
  close_pair(pair);
}

static void forgets_an_idle_connection_at_once(void) {
  Connections connections = {0};
  const Pair one = connect_pair(&connections, &opener), other = connect_pair(&connections, &opener);
  connections_close(&connections, one.client); /* the second in the list */
  CHECK_NUMBER(1, count(&connections));
  CHECK(connections_find(&connections, &other.ends) != NULL);
  connections_close(&connections, other.client);
  CHECK_NUMBER(0, count(&connections));
  close_pair(one);
  close_pair(other);
}

/* libcurl closes some sockets without a callback; their numbers are reused. */
static void replaces_a_connection_whose_number_comes_again(void) {
  Connections connections = {0};
  const Pair one = connect_pair(&connections, &opener);
  CHECK(connections_find(&connections, &one.ends) != NULL);
  close(one.client);
  const Pair other = connect_pair(&connections, &opener);
  if (other.client == one.client) CHECK_NUMBER(1, count(&connections));
  Connection *found = connections_find(&connections, &other.ends);
  CHECK(found != NULL && found->descriptor == other.client);
  connections_free(&connections);
  close(other.client);
  close(other.server);
  close(other.listening);
  close(one.server);
  close(one.listening);
}

static void forgets_what_a_transfer_was_opening(void) {
  Connections connections = {0};
  const Pair first = connect_pair(&connections, &opener), established = connect_pair(&connections, &opener),
             others = connect_pair(&connections, &other_opener), last = connect_pair(&connections, &opener);
  Connection *found = connections_find(&connections, &established.ends);
  CHECK(found != NULL);
  connections_end_opening(&connections, &opener);
  CHECK_NUMBER(2, count(&connections));
  CHECK(connections_find(&connections, &established.ends) == found);
  CHECK(connections_find(&connections, &others.ends) != NULL);
  CHECK(connections_find(&connections, &first.ends) == NULL);
  connections_free(&connections);
  CHECK(connections.first == NULL);
  close_pair(first);
  close_pair(established);
  close_pair(others);
  close_pair(last);
}

static void refuses_an_idle_one_that_the_peer_has_closed(void) {
  Connections connections = {0};
  const Pair pair = connect_pair(&connections, &opener);
  Connection *connection = connections_find(&connections, &pair.ends);
  connection_enter(connection, &pool);
  CHECK(!connection->was_used && connection->users == 1);
  connection_leave(&connections, connection);
  CHECK(connection->was_used && connection->users == 0);
  CHECK(connection_is_usable(connection, true) && connection_is_usable(connection, false));
  shutdown(pair.server, SHUT_WR);
  await_event(pair.client);
  CHECK(!connection_is_usable(connection, true) && !connection_is_usable(connection, false));
  connection->is_http2 = true;
  CHECK(!connection_is_usable(connection, true) && !connection_is_usable(connection, false));
  connections_free(&connections);
  close_pair(pair);
}

static void refuses_an_idle_one_with_stray_bytes(void) {
  Connections connections = {0};
  const Pair pair = connect_pair(&connections, &opener);
  Connection *connection = connections_find(&connections, &pair.ends);
  CHECK(write(pair.server, "HTTP", 4) == 4);
  await_event(pair.client);
  CHECK(connection_is_usable(connection, true)); /* it is new: TLS session tickets may wait in it */
  connection_enter(connection, &pool);
  connection_leave(&connections, connection);
  CHECK(!connection_is_usable(connection, false) && !connection_is_usable(connection, true));
  connection->is_http2 = true;
  CHECK(connection_is_usable(connection, false)); /* mostly the end of a stream */
  CHECK(!connection_is_usable(connection, true)); /* it may be a GOAWAY */
  connections_free(&connections);
  close_pair(pair);
}

static void lets_others_use_one_that_is_in_use(void) {
  Connections connections = {0};
  const Pair pair = connect_pair(&connections, &opener);
  Connection *connection = connections_find(&connections, &pair.ends);
  connection->is_http2 = true;
  connection_enter(connection, &pool);
  CHECK(write(pair.server, "x", 1) == 1);
  await_event(pair.client);
  CHECK(connection_is_usable(connection, true) && connection_is_usable(connection, false));
  shutdown(pair.server, SHUT_WR);
  struct pollfd one = {.fd = pair.client, .events = POLLRDHUP};
  CHECK_NUMBER(1, poll(&one, 1, 5000));
  CHECK(connection_is_usable(connection, false)); /* a request that is lost there is repeated */
  CHECK(!connection_is_usable(connection, true));
  connections_free(&connections);
  close_pair(pair);
}

static void knows_the_stale_ones_of_a_pool(void) {
  Connections connections = {0};
  const Pair pair = connect_pair(&connections, &opener);
  Connection *connection = connections_find(&connections, &pair.ends);
  connection->is_http2 = true;
  connection_enter(connection, &pool);
  connection_leave(&connections, connection);
  CHECK(!connections_have_stale(&connections, &pool, true));
  CHECK(write(pair.server, "x", 1) == 1);
  await_event(pair.client);
  CHECK(!connections_have_stale(&connections, &pool, false));
  CHECK(connections_have_stale(&connections, &pool, true));
  CHECK(!connections_have_stale(&connections, &other_pool, true));
  connection->is_http2 = false;
  CHECK(!connections_have_stale(&connections, &pool, true));
  connection->is_http2 = true;
  shutdown(pair.server, SHUT_WR);
  struct pollfd one = {.fd = pair.client, .events = POLLRDHUP};
  CHECK_NUMBER(1, poll(&one, 1, 5000));
  CHECK(connections_have_stale(&connections, &pool, false));
  connection_enter(connection, &pool);
  CHECK(!connections_have_stale(&connections, &pool, true)); /* it is not idle */
  connections_close(&connections, pair.client);
  CHECK(!connections_have_stale(&connections, &pool, true));
  connections_free(&connections);
  close_pair(pair);
}

static int cork_of(int descriptor) {
  int value = -1;
  socklen_t length = sizeof value;
  CHECK(getsockopt(descriptor, IPPROTO_TCP, TCP_CORK, &value, &length) == 0);
  return value;
}

static void corks_only_http2(void) {
  Connections connections = {0};
  const Pair one = connect_pair(&connections, &opener), other = connect_pair(&connections, &opener);
  connections_find(&connections, &one.ends)->is_http2 = true;
  connections_cork(&connections, true);
  CHECK_NUMBER(1, cork_of(one.client));
  CHECK_NUMBER(0, cork_of(other.client));
  connections_cork(&connections, false);
  CHECK_NUMBER(0, cork_of(one.client));
  connections_free(&connections);
  close_pair(one);
  close_pair(other);
}

static void knows_ipv6(void) {
  Connections connections = {0};
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in6 local;
  socklen_t length = sizeof address;
  const struct curl_sockaddr family = {.family = AF_INET6, .socktype = SOCK_STREAM, .protocol = 0};
  const int listening = socket(AF_INET6, SOCK_STREAM, 0);
  if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof address) != 0)
    return; /* the system has no IPv6 */
  CHECK(listen(listening, 1) == 0 && getsockname(listening, (struct sockaddr *)&address, &length) == 0);
  const int client = connections_open(&connections, &family, &opener);
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  length = sizeof local;
  CHECK(getsockname(client, (struct sockaddr *)&local, &length) == 0);
  const Endpoints ends = {"::1", "::1", ntohs(local.sin6_port), ntohs(address.sin6_port)};
  CHECK(connections_find(&connections, &ends) != NULL);
  connections_free(&connections);
  close(client);
  close(listening);
}

static void fails_without_a_socket(void) {
  Connections connections = {0};
  const struct curl_sockaddr family = {.family = -1, .socktype = SOCK_STREAM, .protocol = 0};
  CHECK(connections_open(&connections, &family, &opener) == CURL_SOCKET_BAD);
  CHECK(connections.first == NULL);
}

UNIT(connections_unit, "http/connections",
     {"finds a connection by the addresses of both ends", finds_a_connection_by_its_ends},
     {"asks the kernel once for the ends of a connection", asks_the_kernel_once_for_the_ends_of_a_connection},
     {"no longer finds a connection by a closed descriptor", takes_no_closed_descriptor_for_a_connection},
     {"forgets an idle connection when it is closed", forgets_an_idle_connection_at_once},
     {"replaces a connection whose descriptor was reused", replaces_a_connection_whose_number_comes_again},
     {"forgets the sockets that a transfer was opening, and no others", forgets_what_a_transfer_was_opening},
     {"refuses an idle connection that the peer has closed", refuses_an_idle_one_that_the_peer_has_closed},
     {"refuses an idle connection with stray bytes, over HTTP/2 for once-only requests",
      refuses_an_idle_one_with_stray_bytes},
     {"lets repeatable requests share a connection that is in use", lets_others_use_one_that_is_in_use},
     {"knows the stale connections of a pool", knows_the_stale_ones_of_a_pool},
     {"corks HTTP/2 connections", corks_only_http2}, {"finds connections over IPv6", knows_ipv6},
     {"returns no connection without a socket", fails_without_a_socket});
