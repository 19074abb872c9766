/*
** event_loop.c: drives the transfers of a transport, and waits for them.
**
** The poller waits for the sockets that libcurl names, and libcurl is notified of each socket that
** is ready. Time limits of attempts are enforced here: libcurl has no limit for a transfer that
** waits for a connection. If the system has no poller, libcurl itself waits.
*/
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "http/transfer.h"

enum {
  MILLISECOND = 1000, /* microseconds */
  MAX_EVENTS = 64,
  LOOK_EVERY = 10, /* milliseconds, if libcurl waits for one pool after the other */
  NEVER = -1
};

void transport_read_clock(Transport *transport) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  transport->now = (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

void transport_note_limit(const Transfer *transfer) {
  Transport *transport = transfer->transport;
  long long at = transfer->ends_at;
  if (!transfer->was_begun && transfer->connects_by < at) at = transfer->connects_by;
  if (at < transport->next_limit) transport->next_limit = at;
}

void transport_restart_limit(Transfer *transfer) {
  transfer->ends_at = transfer->transport->now + (long long)transfer->timeout * MILLISECOND;
}

/* Finishes the transfers of a pool that libcurl has ended. */
static void collect(const ConnectionPool *pool) {
  int count;
  CURLMsg *message;
  while ((message = curl_multi_info_read(pool->multi, &count)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer *transfer = NULL;
    const CURLcode code = message->data.result; /* removing the handle makes the message invalid */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transport_finish(transfer, code);
  }
}

/*
** Ends all transfers of a pool in which libcurl ran out of memory: then it leaves sockets unwatched
** and its tables unusable.
*/
static void give_up(ConnectionPool *pool) {
  for (Transfer *transfer = pool->transport->in_use; transfer != NULL; transfer = transfer->next)
    if (transfer->in_flight && transfer->pool == pool) transport_finish(transfer, CURLE_OUT_OF_MEMORY);
  pool_retire(pool);
}

/* Finishes the transfers that libcurl has ended in a pass with this result. */
static void after_pass(ConnectionPool *pool, CURLMcode code) {
  if (code == CURLM_OK)
    collect(pool);
  else
    give_up(pool);
}

/* Notifies libcurl that a socket is ready, or that time has passed. */
static void socket_action(ConnectionPool *pool, curl_socket_t socket, int what) {
  int running;
  after_pass(pool, curl_multi_socket_action(pool->multi, socket, what, &running));
}

/* Records that libcurl is about to start the new transfers of a pool. */
static void take_new(ConnectionPool *pool) {
  pool->new_transfers = 0;
  pool->has_new_once_only = false;
}

/*
** Makes libcurl check all transfers of a pool: if there is no poller, or if libcurl has lost a
** timer. Checks twice, because libcurl loses timers that are set during a pass: a transfer whose
** data has been read already would wait forever.
*/
static void poll_all(ConnectionPool *pool) {
  int running;
  take_new(pool);
  CURLMcode code = curl_multi_perform(pool->multi, &running);
  if (code == CURLM_OK && running > 0) code = curl_multi_perform(pool->multi, &running);
  after_pass(pool, code);
}

/* Notifies libcurl of an event on a socket. Pools without this socket ignore it. */
static void notify_socket(const Transport *transport, const PollerEvent *event) {
  const int what = (event->readable ? CURL_CSELECT_IN : 0) | (event->writable ? CURL_CSELECT_OUT : 0) |
                   (event->failed ? CURL_CSELECT_ERR : 0);
  for (ConnectionPool *pool = transport->pools; pool != NULL; pool = pool->next)
    socket_action(pool, event->descriptor, what);
}

/*
** Waits for sockets and notifies libcurl of all that are ready, so that no response that has
** arrived counts as a timeout.
*/
static void poll_sockets(Transport *transport, int milliseconds) {
  PollerEvent events[MAX_EVENTS];
  const size_t rounds = transport->in_flight / MAX_EVENTS + 1;
  int count = MAX_EVENTS;
  for (size_t round = 0; round < rounds && count == MAX_EVENTS; round++) {
    count = poller_wait(&transport->poller, events, MAX_EVENTS, round == 0 ? milliseconds : 0);
    transport_read_clock(transport);
    for (int i = 0; i < count; i++)
      notify_socket(transport, &events[i]);
  }
}

/*
** Returns whether once-only requests are about to be written to shared connections. These must be
** read first, so that libcurl does not use a connection on which a GOAWAY has arrived.
*/
static bool must_read_first(const Transport *transport) {
  const ConnectionPool *pool = transport->current_pools[POOL_MAIN];
  return pool != NULL && pool->has_new_once_only && transport->protocol == PROTOCOL_HTTP_2 && transport->poller.is_open;
}

/* Makes libcurl start new transfers and handle expired timers. */
static void run_timers(Transport *transport) {
  for (ConnectionPool *pool = transport->pools; pool != NULL; pool = pool->next) {
    if (!transport->poller.is_open) {
      poll_all(pool);
    } else if (pool_timer(pool) == 0) {
      take_new(pool);
      socket_action(pool, CURL_SOCKET_TIMEOUT, 0);
    }
  }
}

/*
** Starts new transfers and runs timers. Sends requests that share a connection together: over
** HTTP/2 libcurl 7.88 writes each of them in two pieces, and every piece that the kernel sends
** separately costs time on both sides.
*/
static void move_on(Transport *transport) {
  const ConnectionPool *pool = transport->current_pools[POOL_MAIN];
  if (must_read_first(transport)) poll_sockets(transport, 0);
  const bool is_corked = transport->protocol == PROTOCOL_HTTP_2 && pool != NULL && pool->new_transfers > 0;
  if (is_corked) connections_cork(&transport->connections, true);
  run_timers(transport);
  if (is_corked) connections_cork(&transport->connections, false);
}

void transport_flush(Transport *transport) {
  const ConnectionPool *pool = transport->pools;
  while (pool != NULL && pool->new_transfers == 0)
    pool = pool->next;
  if (pool != NULL) move_on(transport);
}

static void time_out(Transfer *transfer) {
  const char *what = "no connection";
  if (transfer->was_begun) what = transfer->stream.is_on ? "no progress" : "no complete response";
  snprintf(transfer->problem, sizeof transfer->problem, "timed out after %ld ms: %s", transfer->timeout, what);
  transport_finish(transfer, CURLE_OPERATION_TIMEDOUT);
}

/*
** Ends the transfers whose time is up. If a connect timeout has passed, makes libcurl check it:
** libcurl may lose the timer.
*/
static void enforce_limits(Transport *transport) {
  const long long now = transport->now;
  if (transport->in_flight == 0 || transport->next_limit > now) return;
  transport->next_limit = LLONG_MAX;
  for (Transfer *transfer = transport->in_use; transfer != NULL; transfer = transfer->next) {
    if (!transfer->in_flight) continue;
    if (transfer->stream.is_starved || transfer->stream.is_full)
      transport_restart_limit(transfer); /* we caused the delay */
    if (!transfer->was_begun && transfer->connects_by <= now) {
      transfer->connects_by = LLONG_MAX;
      poll_all(transfer->pool);
    }
    if (transfer->in_flight && transfer->ends_at <= now) time_out(transfer);
    if (transfer->in_flight) transport_note_limit(transfer);
  }
}

/* Lets other transfers start if the probe has taken too long. */
static void give_up_probe(Transport *transport) {
  if (transport->probe == NULL || transport->probe_until > transport->now) return;
  transport->probe = NULL;
  transport->wants_probe = false;
}

/* Returns the earlier of two times, either of which may be NEVER. */
static long long earlier(long long one, long long other) {
  return one < 0 || (other >= 0 && other < one) ? other : one;
}

/*
** Returns the milliseconds until transport_step has something to do that no socket announces; NEVER
** if there is no such time.
*/
static long long time_left(const Transport *transport) {
  long long next = NEVER, left = NEVER;
  if (transport->finished.first != NULL || transport->ready_streams.first != NULL) return 0;
  if (transport->in_flight > 0) next = earlier(next, transport->next_limit);
  if (transport->probe != NULL) next = earlier(next, transport->probe_until);
  if (next >= 0) left = next > transport->now ? (next - transport->now + MILLISECOND - 1) / MILLISECOND : 0;
  for (const ConnectionPool *pool = transport->pools; pool != NULL; pool = pool->next)
    left = earlier(left, pool_timer(pool));
  return left;
}

/* Makes libcurl wait, for one pool after the other. */
static void let_libcurl_wait(Transport *transport, int milliseconds) {
  int busy = 0;
  for (const ConnectionPool *pool = transport->pools; pool != NULL; pool = pool->next)
    busy += pool->in_flight > 0;
  if (busy > 1 && milliseconds > LOOK_EVERY) milliseconds = LOOK_EVERY;
  for (const ConnectionPool *pool = transport->pools; pool != NULL; pool = pool->next)
    if (pool->in_flight > 0) curl_multi_poll(pool->multi, NULL, 0, milliseconds, NULL);
  if (busy == 0) poll(NULL, 0, milliseconds);
  transport_read_clock(transport);
}

/* Does the work of transport_step, for a caller that has just read the clock. */
static void step(Transport *transport, int milliseconds) {
  const bool had_room = transport_has_room(transport, false);
  move_on(transport);
  if (!had_room && transport_has_room(transport, false)) milliseconds = 0; /* other transfers can start */
  const long long left = time_left(transport);
  if (left >= 0 && left < milliseconds) milliseconds = (int)left;
  if (transport->poller.is_open)
    poll_sockets(transport, milliseconds);
  else
    let_libcurl_wait(transport, milliseconds);
  run_timers(transport); /* a response may have made a timer due */
  enforce_limits(transport);
  give_up_probe(transport);
  pools_close_retired(transport);
}

void transport_step(Transport *transport, int milliseconds) {
  transport_read_clock(transport);
  step(transport, milliseconds);
}

bool transport_wait(Transport *transport, const Transfer *transfer, long milliseconds) {
  const long long until = transport->now + (long long)milliseconds * MILLISECOND; /* the start has read the clock */
  while (transport->finished.first == NULL && transport->now < until)
    step(transport, (int)((until - transport->now) / MILLISECOND) + 1);
  return transport_next_finished(transport) == transfer;
}

void transport_resume(Transfer *transfer) {
  const Stream *stream = &transfer->stream;
  if (!transfer->in_flight) return;
  const int waits = (stream->is_starved ? CURLPAUSE_SEND : 0) | (stream->is_full ? CURLPAUSE_RECV : 0);
  transport_read_clock(transfer->transport); /* bytes may move, which restarts the time limit of the stream */
  const CURLcode code = curl_easy_pause(transfer->easy, waits);
  if (code != CURLE_OK && transfer->in_flight) transport_finish(transfer, code);
}

int transport_descriptor(const Transport *transport) {
  return transport->poller.is_open ? transport->poller.descriptor : -1;
}

long long transport_arm(Transport *transport, long long milliseconds) {
  transport_read_clock(transport);
  const long long left = earlier(time_left(transport), milliseconds);
  poller_arm(&transport->poller, left);
  return left;
}
