/*
** connection_pool.h: transfers that share connections: a multi handle of libcurl.
**
** A pool is retired when one of its connections is found dead. Its transfers may end over the connections they have; new ones go to a
** new pool, so that none is ever given a dead connection. The retired pool is closed when its last transfer has ended.
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
  size_t new_transfers;   /* those of them that it has not looked at yet */
  bool has_new_once_only; /* whether once-only ones are among these */
  bool is_retired;
  struct ConnectionPool *next;
} ConnectionPool;

/*
** Large bodies go to an HTTP/2 server over HTTP/1.1. Their connections are kept apart, since libcurl multiplexes nothing to a host that it
** has an HTTP/1.1 connection to.
*/
typedef enum PoolKind { POOL_MAIN, POOL_LARGE_BODIES, POOL_KINDS } PoolKind;

/* Returns the pool that takes new transfers of a kind; NULL if memory runs out. */
ConnectionPool *pool_current(struct Transport *transport, PoolKind kind);

/*
** Limits the connections to one host to a few if transfers can share them: when a shared connection is full or ends, libcurl would
** otherwise open one for each transfer that waits.
*/
void pool_share_connections(ConnectionPool *pool, bool is_shared);

/* Lets no new transfer into a pool. */
void pool_retire(ConnectionPool *pool);

/* Closes retired pools without transfers. Must not be called while libcurl's messages of a pool are read. */
void pools_close_retired(struct Transport *transport);

/* Closes all pools, and with them all connections. No transfer may be in flight. */
void pools_close(struct Transport *transport);

/* Returns how many milliseconds may pass before libcurl has something to do; negative if nothing but a socket wakes it. */
long pool_timer(const ConnectionPool *pool);

#pragma GCC visibility pop

#endif
