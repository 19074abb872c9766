/*
** connection_pool.c: pools of transfers that share connections.
*/
#include "http/connection_pool.h"

#include <stdlib.h>

#include "http/transport.h"

enum {
  STREAMS = 100, /* over one connection, at least: libcurl's own default */
  SHARED_CONNECTIONS = 4,
  NEVER = -1
};

/*
** Called by libcurl to watch a socket. Always succeeds, because otherwise libcurl would abort all
** transfers.
*/
static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused) {
  Poller *poller = context;
  (void)easy;
  (void)unused;
  if (what == CURL_POLL_REMOVE)
    poller_unwatch(poller, socket);
  else
    poller_watch(poller, socket, what != CURL_POLL_OUT, what != CURL_POLL_IN);
  return 0;
}

static void configure(ConnectionPool *pool) {
  Transport *transport = pool->transport;
  const long connections = (long)transport->options.max_connections;
  CURLM *multi = pool->multi;
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections); /* libcurl would close many after a burst of calls */
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, connections > STREAMS ? connections : (long)STREAMS);
  if (!transport->poller.is_open) return;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &transport->poller);
}

ConnectionPool *pool_current(Transport *transport, PoolKind kind) {
  ConnectionPool *pool = transport->current_pools[kind];
  if (pool != NULL) return pool;
  pool = calloc(1, sizeof *pool);
  if (pool == NULL) return NULL;
  pool->transport = transport;
  pool->multi = curl_multi_init();
  if (pool->multi == NULL) {
    free(pool);
    return NULL;
  }
  configure(pool);
  if (kind == POOL_MAIN) pool_share_connections(pool, transport->protocol == PROTOCOL_HTTP_2);
  pool->next = transport->pools;
  transport->pools = transport->current_pools[kind] = pool;
  return pool;
}

void pool_share_connections(ConnectionPool *pool, bool is_shared) {
  curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS, is_shared ? (long)SHARED_CONNECTIONS : 0L);
}

void pool_retire(ConnectionPool *pool) {
  Transport *transport = pool->transport;
  pool->is_retired = true;
  for (int kind = 0; kind < POOL_KINDS; kind++)
    if (transport->current_pools[kind] == pool) transport->current_pools[kind] = NULL;
}

/* Unlinks a pool and closes it with its connections. */
static void close_pool(ConnectionPool **link) {
  ConnectionPool *pool = *link;
  *link = pool->next;
  curl_multi_cleanup(pool->multi);
  free(pool);
}

void pools_close_retired(Transport *transport) {
  ConnectionPool **link = &transport->pools;
  while (*link != NULL) {
    if ((*link)->is_retired && (*link)->in_flight == 0)
      close_pool(link);
    else
      link = &(*link)->next;
  }
}

void pools_close(Transport *transport) {
  while (transport->pools != NULL) {
    pool_retire(transport->pools);
    close_pool(&transport->pools);
  }
}

long pool_timer(const ConnectionPool *pool) {
  long milliseconds = NEVER;
  if (pool->new_transfers > 0) return 0;
  curl_multi_timeout(pool->multi,
                     &milliseconds); /* also of an idle pool: newer libcurl closes connections in the background */
  return milliseconds;
}
