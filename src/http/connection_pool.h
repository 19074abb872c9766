/*
** connection_pool.h: pools of transfers that share connections: multi handles of libcurl.
**
** A pool is retired when one of its connections is found dead. Its transfers may finish on their
** connections; new transfers go to a new pool, so that none ever gets a dead connection. The
** retired pool is closed when its last transfer has ended.
*/
#ifndef BYTENITE_CONNECTION_POOL_H
#define BYTENITE_CONNECTION_POOL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

struct Transport; /* see transport.h */

typedef struct ConnectionPool {
  struct Transport *transport;
  CURLM *multi;
  size_t in_flight;       /* transfers that libcurl has */
  size_t new_transfers;   /* those that libcurl has not started yet */
  bool has_new_once_only; /* whether there are once-only transfers among these */
  bool is_retired;
  struct ConnectionPool *next;
} ConnectionPool;

/*
** Large bodies go to an HTTP/2 server over HTTP/1.1. Their connections are separate, since libcurl
** does not multiplex to a host to which it has an HTTP/1.1 connection.
*/
typedef enum PoolKind { POOL_MAIN, POOL_LARGE_BODIES, POOL_KINDS } PoolKind;

/* Returns the pool that takes new transfers of a kind; NULL if memory runs out. */
ConnectionPool *pool_current(struct Transport *transport, PoolKind kind);

/*
** Limits the connections to one host to a few if transfers can share them: when a shared connection
** is full or ends, libcurl would otherwise open one for each transfer that waits.
*/
void pool_share_connections(ConnectionPool *pool, bool is_shared);

/* Retires a pool: it gets no new transfers. */
void pool_retire(ConnectionPool *pool);

/*
** Closes retired pools without transfers. Must not be called while libcurl's messages of a pool are
** read.
*/
void pools_close_retired(struct Transport *transport);

/* Closes all pools, and with them all connections. No transfer may be in flight. */
void pools_close(struct Transport *transport);

/*
** Returns the milliseconds until libcurl has something to do; negative if it only waits for
** sockets.
*/
long pool_timer(const ConnectionPool *pool);

#pragma GCC visibility pop

#endif
