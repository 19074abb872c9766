/*
** sockets.c: the sockets of a transport's connections.
*/
#include "sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer.h"

curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  Transport *transport = context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  const int kind = address->socktype | SOCK_CLOEXEC; /* no program that the host starts gets it */
#else
  const int kind = address->socktype;
#endif
  const curl_socket_t descriptor = socket(address->family, kind, address->protocol);
  if (descriptor != CURL_SOCKET_BAD) poller_expect(&transport->poller, descriptor);
  return descriptor;
}

static void forget(Sockets *sockets, curl_socket_t descriptor) {
  for (int i = sockets->count - 1; i >= 0; i--)
    if (sockets->shared[i] == descriptor) sockets->shared[i] = sockets->shared[--sockets->count];
}

void sockets_share(const Transfer *transfer) {
  Sockets *sockets = &transfer->transport->sockets;
  curl_socket_t descriptor = CURL_SOCKET_BAD;
  long opened = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
  if (opened == 0) return;
  curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &descriptor);
  forget(sockets, descriptor);
  if (descriptor != CURL_SOCKET_BAD && sockets->count < MOST_SHARED) sockets->shared[sockets->count++] = descriptor;
}

int sockets_close(void *context, curl_socket_t descriptor) {
  Transport *transport = context;
  poller_forget(&transport->poller, descriptor);
  forget(&transport->sockets, descriptor);
  return close(descriptor);
}

void sockets_hold_back(const Sockets *sockets, bool held_back) {
#ifdef TCP_CORK
  const int value = held_back;
  /* where it fails the socket is none of TCP's, or broken, which libcurl will see */
  for (int i = 0; i < sockets->count; i++)
    setsockopt(sockets->shared[i], IPPROTO_TCP, TCP_CORK, &value, sizeof value);
#else
  (void)sockets;
  (void)held_back;
#endif
}
