/*
** transport.c: HTTP over libcurl: starts and ends transfers, and queues finished ones.
*/
#include "http/transport.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "http/transfer.h"

enum {
  MILLISECOND = 1000,              /* microseconds */
  CONNECT_GRACE = 2,               /* milliseconds for libcurl to enforce its own limit */
  HEAD_START = 1000 * MILLISECOND, /* of the probe: a silent server must not delay other transfers for longer */
};

/*
** Number of forks between the first process and this one. A counter, because reading the process id
** is a system call.
*/
static unsigned forks;

static void count_fork(void) {
  forks++;
}

bool transport_init(bool skip_curl) {
  return (skip_curl || curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) &&
         pthread_atfork(NULL, NULL, count_fork) == 0;
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

/* Returns whether many transfers may be able to share the first connection. */
static bool may_share(const TransportOptions *options) {
  if (options->is_https) return options->http_version != HTTP_VERSION_1_1;
  return options->http_version == HTTP_VERSION_2 && request_can_share_without_tls();
}

bool transport_open(Transport *transport, const TransportOptions *options) {
  TransportOptions *own = &transport->options;
  *own = *options;
  transport->forks = forks;
  transport->is_open = true;
  transport->wants_probe = may_share(options);
  if (!transport->wants_probe) transport->protocol = PROTOCOL_HTTP_1;
  poller_open(&transport->poller);
  return keep_text(&transport->user_agent, options->user_agent, &own->user_agent) &&
         keep_text(&transport->ca_file, options->ca_file, &own->ca_file) &&
         keep_text(&transport->ca_path, options->ca_path, &own->ca_path) &&
         keep_text(&transport->client_cert, options->client_cert, &own->client_cert) &&
         keep_text(&transport->client_key, options->client_key, &own->client_key) &&
         keep_text(&transport->proxy, options->proxy, &own->proxy);
}

void transport_close(Transport *transport) {
  while (transport->in_use != NULL)
    transport_release(transport->in_use);
  while (transport->free_list != NULL) {
    Transfer *transfer = transport->free_list;
    transport->free_list = transfer->next;
    transfer_free(transfer);
  }
  pools_close(transport);
  connections_free(&transport->connections);
  poller_close(&transport->poller, false);
  Buffer *const texts[] = {&transport->user_agent,  &transport->ca_file,    &transport->ca_path,
                           &transport->client_cert, &transport->client_key, &transport->proxy};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    buffer_free(texts[i]);
  *transport = (Transport){.forks = transport->forks};
}

void transport_forget(Transport *transport) {
  poller_close(&transport->poller, true);
}

size_t transport_load(const Transport *transport) {
  return transport->in_flight + transport->finished.count;
}

bool transport_has_room(const Transport *transport, bool once_only) {
  if (transport_load(transport) >= transport->options.max_connections) return false;
  return transport->probe == NULL || (!once_only && transport->probe->was_begun);
}

/* Moves a transfer from the free list to the list of those in use. */
static Transfer *take_transfer(Transport *transport) {
  Transfer *transfer = transport->free_list;
  transport->free_list = transfer->next;
  transfer->previous = NULL;
  transfer->next = transport->in_use;
  if (transport->in_use != NULL) transport->in_use->previous = transfer;
  transport->in_use = transfer;
  return transfer;
}

static void enqueue(TransferQueue *queue, Transfer *transfer) {
  transfer->queue = queue;
  transfer->next_queued = NULL;
  if (queue->first == NULL)
    queue->first = transfer;
  else
    queue->last->next_queued = transfer;
  queue->last = transfer;
  queue->count++;
}

/* Removes a transfer from its queue, if it is in one. */
static void dequeue(Transfer *transfer) {
  TransferQueue *queue = transfer->queue;
  Transfer *previous = NULL;
  if (queue == NULL) return;
  for (Transfer *other = queue->first; other != transfer; other = other->next_queued)
    previous = other;
  if (previous == NULL)
    queue->first = transfer->next_queued;
  else
    previous->next_queued = transfer->next_queued;
  if (queue->last == transfer) queue->last = previous;
  transfer->queue = NULL;
  queue->count--;
}

/* Retires the idle pool of HTTP/2 connections if one of them has been closed, or is about to be. */
static void retire_stale(const Transport *transport, bool once_only) {
  ConnectionPool *pool = transport->current_pools[POOL_MAIN];
  if (transport->protocol != PROTOCOL_HTTP_2 || pool == NULL || pool->in_flight > pool->new_transfers) return;
  if (connections_have_stale(&transport->connections, pool, once_only)) pool_retire(pool);
}

/*
** Retires the other pools if they are idle and this kind of pool may have to open the last
** connection that max_connections allows: libcurl counts the connections of each pool separately.
*/
static void make_room(const Transport *transport, PoolKind wanted) {
  for (int kind = 0; kind < POOL_KINDS; kind++) {
    ConnectionPool *other = transport->current_pools[kind];
    if (other == NULL || kind == (int)wanted || other->in_flight > 0) continue;
    if (connections_count(&transport->connections) >= transport->options.max_connections) pool_retire(other);
  }
}

/*
** Passes a transfer to libcurl. Fails if memory runs out; libcurl 8.23 also needs descriptors for a
** pool.
*/
static CURLcode submit(Transfer *transfer) {
  Transport *transport = transfer->transport;
  retire_stale(transport, transfer->once_only);
  ConnectionPool *pool = pool_current(transport, transfer->pool_kind);
  if (pool == NULL) return CURLE_OUT_OF_MEMORY;
  if (curl_multi_add_handle(pool->multi, transfer->easy) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  if (transport->in_flight == 0) transport->next_limit = LLONG_MAX;
  transfer->pool = pool;
  transfer->in_flight = true;
  pool->new_transfers++;
  if (transfer->once_only) pool->has_new_once_only = true;
  pool->in_flight++;
  transport->in_flight++;
  transfer->connects_by = transport->now + (transfer->connect_timeout + CONNECT_GRACE) * (long long)MILLISECOND;
  transport_note_limit(transfer);
  if (transport->wants_probe && transport->probe == NULL && transfer->pool_kind == POOL_MAIN) {
    transport->probe = transfer;
    transport->probe_until = transport->now + HEAD_START;
  }
  return CURLE_OK;
}

CURLcode transport_start(Transport *transport, const TransferRequest *request, Transfer **holder, void *owner) {
  CURLcode code = transport->free_list == NULL ? transfer_new(transport, &transport->free_list) : CURLE_OK;
  if (code != CURLE_OK) return code;
  Transfer *transfer = take_transfer(transport);
  transfer->holder = holder;
  transfer->owner = owner;
  *holder = transfer;
  code = transfer_prepare(transfer, request);
  transport_read_clock(transport);
  transport_restart_limit(transfer);
  if (code != CURLE_OK) {
    transport_release(transfer);
    return code;
  }
  make_room(transport, transfer->pool_kind);
  pools_close_retired(transport); /* not in submit, which may run during an iteration over the pools */
  code = submit(transfer);
  if (code != CURLE_OK) transport_finish(transfer, code);
  return CURLE_OK;
}

/* Removes a transfer from libcurl. */
static void detach(Transfer *transfer) {
  Transport *transport = transfer->transport;
  ConnectionPool *pool = transfer->pool;
  curl_multi_remove_handle(pool->multi, transfer->easy);
  transfer->in_flight = false;
  pool->in_flight--;
  transport->in_flight--;
  if (transport->probe == transfer) transport->probe = NULL;
  if (transfer->opens_socket) connections_end_opening(&transport->connections, transfer);
  if (transfer->connection != NULL) connection_leave(&transport->connections, transfer->connection);
  transfer->opens_socket = false;
  transfer->connection = NULL;
}

/* Records what a response shows about its connection. */
static void note_connection(const Transfer *transfer, Protocol protocol) {
  Connection *connection = transfer->connection;
  if (connection == NULL || connection->descriptor == CURL_SOCKET_BAD) return;
  connection->has_served = true;
  connection->is_http2 = protocol == PROTOCOL_HTTP_2;
  poller_keep(&transfer->transport->poller, connection->descriptor);
}

/* Records what a response shows about the server. */
static void note_protocol(Transport *transport, Protocol protocol) {
  transport->wants_probe = false;
  if (transport->protocol == protocol) return;
  transport->protocol = protocol;
  ConnectionPool *pool = transport->current_pools[POOL_MAIN];
  if (pool != NULL) pool_share_connections(pool, protocol == PROTOCOL_HTTP_2);
}

/*
** Returns whether a transfer has shown that its connection is dead although libcurl would use it
** again: over HTTP/2 a time limit ends the stream, not the connection, and libcurl 7.88 reuses a
** connection after a GOAWAY. (Over HTTP/1.1 libcurl closes the connection of a failed transfer.)
*/
static bool leaves_dead_connection(const Transfer *transfer) {
  if (transfer->version == CURL_HTTP_VERSION_1_1 || transfer->is_over_http1) return false;
  if (transfer->was_turned_away || transfer->code == CURLE_HTTP2) return true;
  return transfer->outcome == TRANSFER_TIMEOUT && transfer->was_begun;
}

/* Starts a transfer again on a new connection. Returns false if it has ended immediately. */
static bool restart(Transfer *transfer) {
  transfer_prepare_restart(transfer);
  const CURLcode code = submit(transfer);
  if (code != CURLE_OK) transfer_end(transfer, code);
  return code == CURLE_OK;
}

void transport_finish(Transfer *transfer, CURLcode code) {
  Transport *transport = transfer->transport;
  const Protocol protocol = transfer_protocol(transfer);
  const bool was_probe = transport->probe == transfer;
  if (code == CURLE_OK) note_connection(transfer, protocol);
  if (transfer->in_flight) detach(transfer);
  transfer_end(transfer, code);
  if (leaves_dead_connection(transfer)) pool_retire(transfer->pool);
  if (sent_can_restart(transfer) && restart(transfer)) return;
  if (protocol != PROTOCOL_UNKNOWN)
    note_protocol(transport, protocol);
  else if (was_probe)
    transport->wants_probe = false;
  dequeue(transfer); /* it may be a ready stream */
  enqueue(&transport->finished, transfer);
}

/* Removes and returns the first transfer of a queue; NULL if there is none. */
static Transfer *take_first(const TransferQueue *queue) {
  Transfer *transfer = queue->first;
  if (transfer != NULL) dequeue(transfer);
  return transfer;
}

Transfer *transport_next_finished(Transport *transport) {
  return take_first(&transport->finished);
}

void transport_add_ready_stream(Transfer *transfer) {
  if (transfer->queue == NULL) enqueue(&transfer->transport->ready_streams, transfer);
}

Transfer *transport_next_ready_stream(Transport *transport) {
  return take_first(&transport->ready_streams);
}

/* Unlinks a transfer from the list of those in use. */
static void unlink_transfer(Transfer *transfer) {
  if (transfer->previous != NULL)
    transfer->previous->next = transfer->next;
  else
    transfer->transport->in_use = transfer->next;
  if (transfer->next != NULL) transfer->next->previous = transfer->previous;
}

void transport_release(Transfer *transfer) {
  Transport *transport = transfer->transport;
  /* a failed handle keeps libcurl's count of its own retries; a stream leaves options set */
  const bool can_serve_again = !transfer->in_flight && transfer->code == CURLE_OK && !transfer->stream.is_on;
  if (transfer->in_flight) detach(transfer);
  dequeue(transfer);
  *transfer->holder = NULL;
  unlink_transfer(transfer);
  if (!can_serve_again) {
    transfer_free(transfer);
    return;
  }
  response_reset(transfer);
  transfer->next = transport->free_list;
  transport->free_list = transfer;
}
