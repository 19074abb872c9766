/*
** transport.c: HTTP over libcurl: many transfers, and waiting for them.
**
** Libcurl says which sockets it waits for, and the poller waits. Then there are two ways: libcurl is told what has happened to which
** socket, which costs least for one transfer, or for a few of many; or it looks at all transfers, which costs least where most of them
** have something to do. Where there is no poller libcurl waits itself, and looks at all.
*/
#include "http/transport.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "http/connections.h"
#include "http/transfer.h"

enum {
  MILLISECOND = 1000,              /* microseconds */
  GRACE = 500 * MILLISECOND,       /* that libcurl has to end a transfer whose time is up */
  CONNECT_GRACE = 2,               /* milliseconds, in which libcurl reckons */
  HEAD_START = 1000 * MILLISECOND, /* of the scout: a server that does not answer must not hold up the others for longer */
  LONGEST_HOLD = 10 * MILLISECOND, /* of what was started, where many have ended at once and are handed out one by one */
  CLOCK_EVERY = 8,                 /* of those, between looks at the clock */
  STREAMS = 100,                   /* of a connection, at least: libcurl's own default */
  SHARED_CONNECTIONS = 4,
  MAX_EVENTS = 64,
  CROWD = 8,       /* transfers, at least, at which libcurl may be let look at all */
  LOOK_EVERY = 10, /* milliseconds, where libcurl waits for one lane after the other */
  NEVER = -1
};

/* How many forks lie between the first process and this one. Counted, because asking for the process id costs a system call a time. */
static unsigned forks;

static void count_fork(void) {
  forks++;
}

bool transport_init(bool skip_curl) {
  return (skip_curl || curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) && pthread_atfork(NULL, NULL, count_fork) == 0;
}

bool transport_is_own(const Transport *transport) {
  return transport->forks == forks;
}

/* Asks for the time. Between that all reckon with what was asked last: a timer that goes off some microseconds early does no harm. */
static void look_at_clock(Transport *transport) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  transport->now = (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Called by libcurl when it wants to know of a socket's state, or no more. Never fails: libcurl would give up all transfers. */
static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused) {
  Transport *transport = ((Lane *)context)->transport;
  (void)easy;
  (void)unused;
  if (what == CURL_POLL_REMOVE)
    poller_unwatch(&transport->poller, socket);
  else
    poller_watch(&transport->poller, socket, what != CURL_POLL_OUT, what != CURL_POLL_IN);
  return 0;
}

static bool keep_text(Buffer *buffer, const char *text, const char **kept) {
  if (text == NULL) return true;
  if (!buffer_append_text(buffer, text)) return false;
  *kept = buffer->data;
  return true;
}

static bool open_lane(Lane *lane) {
  const Transport *transport = lane->transport;
  const long connections = (long)transport->options.max_connections;
  CURLM *multi = lane->multi = curl_multi_init();
  if (multi == NULL) return false;
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections); /* libcurl would close many after a burst of calls */
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, connections > STREAMS ? connections : (long)STREAMS);
  if (!transport->poller.is_open) return true;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane);
  return true;
}

static void close_lane(Lane *lane) {
  curl_multi_cleanup(lane->multi);
  lane->multi = NULL;
  lane->is_due = false;
}

/* Whether its first connection may turn out to be one that many transfers can share. */
static bool may_share(const TransportOptions *options) {
  if (options->is_https) return options->http_version != HTTP_VERSION_1_1;
  return options->http_version == HTTP_VERSION_2 && transfer_shares_without_tls();
}

bool transport_open(Transport *transport, const TransportOptions *options) {
  TransportOptions *own = &transport->options;
  *own = *options;
  transport->forks = forks;
  transport->is_open = true;
  transport->peer = may_share(options) ? PEER_UNKNOWN : PEER_HTTP_1;
  for (int i = 0; i < LANES; i++)
    transport->lanes[i] = (Lane){.transport = transport};
  transport->looks_at_all = !poller_open(&transport->poller);
  return keep_text(&transport->user_agent, options->user_agent, &own->user_agent) &&
         keep_text(&transport->ca_file, options->ca_file, &own->ca_file) &&
         keep_text(&transport->proxy, options->proxy, &own->proxy);
}

void transport_close(Transport *transport) {
  while (transport->in_use != NULL)
    transport_release(transport->in_use);
  while (transport->pool != NULL) {
    Transfer *transfer = transport->pool;
    transport->pool = transfer->next;
    transfer_free(transfer);
  }
  for (int i = 0; i < LANES; i++)
    close_lane(&transport->lanes[i]);
  poller_close(&transport->poller, false);
  buffer_free(&transport->user_agent);
  buffer_free(&transport->ca_file);
  buffer_free(&transport->proxy);
  *transport = (Transport){.forks = transport->forks};
}

void transport_forget(Transport *transport) {
  poller_close(&transport->poller, true);
}

/* Puts a new transfer into the pool. */
static CURLcode add_transfer(Transport *transport) {
  return transfer_new(transport, &transport->pool);
}

/* Moves a transfer from the pool to those in use. */
static Transfer *take_transfer(Transport *transport) {
  Transfer *transfer = transport->pool;
  transport->pool = transfer->next;
  transfer->previous = NULL;
  transfer->next = transport->in_use;
  if (transport->in_use != NULL) transport->in_use->previous = transfer;
  transport->in_use = transfer;
  return transfer;
}

static size_t in_flight(const Transport *transport) {
  size_t count = 0;
  for (int i = 0; i < LANES; i++)
    count += transport->lanes[i].in_flight;
  return count;
}

size_t transport_load(const Transport *transport) {
  return in_flight(transport) + transport->queued;
}

bool transport_has_room(const Transport *transport, bool once_only) {
  if (transport_load(transport) >= transport->options.max_connections) return false;
  return transport->scout == NULL || (!once_only && transport->scout->was_begun);
}

/* Sees to it that time limits are looked at when one of a transfer has passed. */
static void sweep_by(Transport *transport, const Transfer *transfer) {
  long long at = transfer->ends_at + GRACE;
  if (!transfer->was_begun && transfer->connects_by < at) at = transfer->connects_by;
  if (at < transport->sweep_at) transport->sweep_at = at;
}

static CURLcode submit(Transfer *transfer, const TransferRequest *request) {
  Transport *transport = transfer->transport;
  Lane *lane = transfer->lane;
  look_at_clock(transport);
  if (lane->multi == NULL && !open_lane(lane)) return CURLE_OUT_OF_MEMORY;
  if (curl_multi_add_handle(lane->multi, transfer->easy) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  transfer->in_flight = lane->is_due = true;
  const long long at = transport->now;
  transfer->ends_at = at + (long long)request->timeout * MILLISECOND;
  transfer->connects_by = at + (request->connect_timeout + CONNECT_GRACE) * (long long)MILLISECOND;
  if (in_flight(transport) == 0) transport->sweep_at = LLONG_MAX;
  lane->in_flight++;
  sweep_by(transport, transfer);
  if (transport->peer == PEER_UNKNOWN && transport->scout == NULL && lane == &transport->lanes[LANE_MAIN]) {
    transport->scout = transfer;
    transport->scout_until = at + HEAD_START;
  }
  return CURLE_OK;
}

CURLcode transport_start(Transport *transport, const TransferRequest *request, Transfer **holder, void *owner) {
  CURLcode code = transport->pool == NULL ? add_transfer(transport) : CURLE_OK;
  if (code != CURLE_OK) return code;
  Transfer *transfer = take_transfer(transport);
  transfer->holder = holder;
  transfer->owner = owner;
  *holder = transfer;
  code = transfer_prepare(transfer, request);
  if (code == CURLE_OK) code = submit(transfer, request);
  if (code != CURLE_OK) transport_release(transfer);
  return code;
}

/* Takes a transfer back from libcurl. */
static void take_back(Transfer *transfer) {
  Transport *transport = transfer->transport;
  curl_multi_remove_handle(transfer->lane->multi, transfer->easy);
  transfer->in_flight = false;
  transfer->lane->in_flight--;
  if (transport->scout == transfer) transport->scout = NULL;
}

/*
** Takes note of what an answer says of the server. Where a shared connection is full, or ends, libcurl would open one for each transfer that waits; a
** few are enough.
*/
static void meet(Transport *transport, Peer peer) {
  if (transport->peer == peer) return;
  transport->peer = peer;
  const long most = peer == PEER_HTTP_2 ? SHARED_CONNECTIONS : 0L; /* 0: as many as there may be in all */
  curl_multi_setopt(transport->lanes[LANE_MAIN].multi, CURLMOPT_MAX_HOST_CONNECTIONS, most);
}

void transport_call(Transfer *transfer) {
  Transport *transport = transfer->transport;
  if (transfer->stream.is_calling) return;
  transfer->stream.is_calling = true;
  transfer->stream.next_calling = NULL;
  if (transport->calling == NULL)
    transport->calling = transfer;
  else
    transport->last_calling->stream.next_calling = transfer;
  transport->last_calling = transfer;
}

/* Takes a stream out of those that call. */
static void stop_calling(Transfer *transfer) {
  Transport *transport = transfer->transport;
  Transfer *previous = NULL;
  if (!transfer->stream.is_calling) return;
  transfer->stream.is_calling = false;
  for (Transfer *other = transport->calling; other != transfer; other = other->stream.next_calling)
    previous = other;
  if (previous == NULL)
    transport->calling = transfer->stream.next_calling;
  else
    previous->stream.next_calling = transfer->stream.next_calling;
  if (transport->last_calling == transfer) transport->last_calling = previous;
}

Transfer *transport_next_calling(Transport *transport) {
  Transfer *transfer = transport->calling;
  if (transfer != NULL) stop_calling(transfer);
  return transfer;
}

static void finish(Transport *transport, Transfer *transfer, CURLcode code) {
  const bool was_scout = transport->scout == transfer;
  const Peer peer = transfer_peer(transfer);
  if (code == CURLE_OK) sockets_keep(transfer, peer == PEER_HTTP_2);
  take_back(transfer);
  stop_calling(transfer);
  if (peer != PEER_UNKNOWN)
    meet(transport, peer);
  else if (was_scout)
    transport->peer = PEER_SILENT;
  transfer_end(transfer, code);
  transfer->next_finished = NULL;
  transfer->is_queued = true;
  transport->queued++;
  if (transport->finished == NULL)
    transport->finished = transfer;
  else
    transport->last_finished->next_finished = transfer;
  transport->last_finished = transfer;
}

void transport_resume(Transfer *transfer) {
  const Stream *stream = &transfer->stream;
  if (!transfer->in_flight) return;
  const int waits = (stream->is_starved ? CURLPAUSE_SEND : 0) | (stream->is_full ? CURLPAUSE_RECV : 0);
  look_at_clock(transfer->transport); /* bytes may move, and a stream's patience begin anew */
  const CURLcode code = curl_easy_pause(transfer->easy, waits);
  if (code != CURLE_OK && transfer->in_flight) finish(transfer->transport, transfer, code);
}

/* Collects the transfers that have ended. */
static void collect(Lane *lane) {
  int count;
  CURLMsg *message;
  while ((message = curl_multi_info_read(lane->multi, &count)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer *transfer = NULL;
    const CURLcode code = message->data.result; /* removing the handle makes the message invalid */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    finish(lane->transport, transfer, code);
  }
}

/*
** Ends all transfers of a lane where libcurl has run out of memory: it leaves sockets unwatched then, and its tables in a state that it
** cannot use. The next transfer finds a new lane.
*/
static void give_up(Lane *lane) {
  Transport *transport = lane->transport;
  for (Transfer *transfer = transport->in_use; transfer != NULL; transfer = transfer->next)
    if (transfer->in_flight && transfer->lane == lane) finish(transport, transfer, CURLE_OUT_OF_MEMORY);
  close_lane(lane);
}

static const char no_progress[] = "no byte moved for too long";

/*
** Ends transfers whose time is up but which libcurl has not ended: while they wait inside it for a connection it knows no limit. True when
** libcurl has to look at a limit for connecting: the timer that it sets for that gets lost where another of the transfer goes off in the
** same millisecond, and only it knows who is connecting and who waits.
*/
static bool sweep(Transport *transport, long long at) {
  bool must_look = false;
  transport->sweep_at = LLONG_MAX;
  for (Transfer *transfer = transport->in_use; transfer != NULL; transfer = transfer->next) {
    const Stream *stream = &transfer->stream;
    if (!transfer->in_flight) continue;
    if (stream->is_starved || stream->is_full) /* it is not the server that holds it up */
      transfer->ends_at = at + (long long)stream->patience * MILLISECOND;
    if (transfer->ends_at + GRACE <= at && stream->is_on) memcpy(transfer->problem, no_progress, sizeof no_progress);
    if (!transfer->was_begun && transfer->connects_by <= at) {
      must_look = true;
      transfer->connects_by = LLONG_MAX;
    }
    if (transfer->ends_at + GRACE <= at)
      finish(transport, transfer, CURLE_OPERATION_TIMEDOUT);
    else
      sweep_by(transport, transfer);
  }
  return must_look;
}

/* Tells libcurl that a socket is ready, or that time has passed; collects what has ended then. */
static void act(Lane *lane, curl_socket_t socket, int what) {
  int running;
  if (lane->multi == NULL) return;
  if (curl_multi_socket_action(lane->multi, socket, what, &running) == CURLM_OK)
    collect(lane);
  else
    give_up(lane);
}

/*
** Milliseconds until libcurl wants to be called for time's sake; negative: not for that. It is asked when that matters: telling by
** itself it would look at the clock for each of its steps.
*/
static long timer_of(const Lane *lane) {
  long milliseconds = NEVER;
  if (lane->is_due) return 0;
  if (lane->in_flight > 0) curl_multi_timeout(lane->multi, &milliseconds);
  return milliseconds;
}

/* Lets libcurl do what its timers are for. */
static void run_timers(Transport *transport) {
  for (int i = 0; i < LANES; i++) {
    Lane *lane = &transport->lanes[i];
    if (timer_of(lane) != 0) continue;
    lane->is_due = false;
    act(lane, CURL_SOCKET_TIMEOUT, 0);
  }
}

/*
** Lets libcurl look at all transfers of a lane, and say which sockets it waits for: each time, because what it has said before it takes for
** true, and numbers of sockets come again.
*/
static CURLMcode look(const Lane *lane) {
  int running;
  if (!lane->transport->poller.is_open) return curl_multi_perform(lane->multi, &running);
  /* libcurl's documents prefer curl_multi_socket_action, which looks at one socket */
  CURL_IGNORE_DEPRECATION(return curl_multi_socket_all(lane->multi, &running);)
}

static void look_at_all(Transport *transport) {
  for (int i = 0; i < LANES; i++) {
    Lane *lane = &transport->lanes[i];
    if (lane->multi == NULL) continue;
    lane->is_due = false;
    if (look(lane) == CURLM_OK)
      collect(lane);
    else
      give_up(lane);
  }
}

/*
** Lets libcurl do what is due. New requests go out together where they share a connection: libcurl writes each of them in two pieces
** over HTTP/2, and every piece that the kernel sends by itself costs time on both sides.
*/
static void move_on(Transport *transport) {
  const bool together = transport->peer == PEER_HTTP_2 && transport->lanes[LANE_MAIN].is_due;
  transport->moved_at = transport->now;
  if (together) sockets_hold_back(&transport->sockets, true);
  if (transport->looks_at_all)
    look_at_all(transport);
  else
    run_timers(transport);
  if (together) sockets_hold_back(&transport->sockets, false);
}

/* Ends what has waited for too long. A stream has not stood still when it was us who did not look: let libcurl go on before. */
static void end_overdue(Transport *transport) {
  const long long at = transport->now;
  if (in_flight(transport) > 0 && transport->sweep_at <= at && sweep(transport, at)) look_at_all(transport);
  if (transport->scout != NULL && transport->scout_until <= at) {
    transport->scout = NULL;
    transport->peer = PEER_SILENT;
  }
}

/* Takes the earlier of two times of which either may be NEVER. */
static long long earlier(long long one, long long other) {
  return one < 0 || (other >= 0 && other < one) ? other : one;
}

/* Milliseconds until transport_step has something to do for time's sake; -1: no such time. */
static long long time_left(const Transport *transport) {
  long long next = NEVER;
  if (transport->finished != NULL || transport->calling != NULL) return 0;
  if (in_flight(transport) > 0) next = earlier(next, transport->sweep_at);
  if (transport->scout != NULL) next = earlier(next, transport->scout_until);
  long long left = NEVER;
  if (next >= 0) left = next > transport->now ? (next - transport->now + MILLISECOND - 1) / MILLISECOND : 0;
  for (int i = 0; i < LANES; i++)
    left = earlier(left, timer_of(&transport->lanes[i]));
  return left;
}

/*
** Whether libcurl had better look at all transfers, going by how many of those under way have something to do: about half of them,
** or as many as it looks at anyway, because they share a socket. Once it does so, half of that half is enough.
*/
static bool is_crowd(const Transport *transport, size_t ready, size_t all) {
  if (all < CROWD) return false;
  return transport->peer == PEER_HTTP_2 || ready * (transport->looks_at_all ? 4 : 2) >= all;
}

/* Tells libcurl what has happened to a socket. */
static void tell(Transport *transport, const PollerEvent *event) {
  const int what = (event->readable ? CURL_CSELECT_IN : 0) | (event->writable ? CURL_CSELECT_OUT : 0) |
                   (event->failed ? CURL_CSELECT_ERR : 0);
  for (int i = 0; i < LANES; i++)
    act(&transport->lanes[i], event->descriptor, what); /* the lane that does not know a socket does nothing */
}

/* Waits for sockets, and tells libcurl which are ready; unless they are so many that it had better look at all transfers. */
static void wait_for_sockets(Transport *transport, int milliseconds) {
  PollerEvent events[MAX_EVENTS];
  const size_t all = in_flight(transport);
  const int count = poller_wait(&transport->poller, events, MAX_EVENTS, milliseconds);
  look_at_clock(transport);
  transport->looks_at_all = is_crowd(transport, (size_t)count, all);
  for (int i = 0; i < count && !transport->looks_at_all; i++)
    tell(transport, &events[i]);
}

/* Lets libcurl wait, for one lane after the other. */
static void let_libcurl_wait(Transport *transport, int milliseconds) {
  int busy = 0;
  for (int i = 0; i < LANES; i++)
    busy += transport->lanes[i].in_flight > 0;
  if (busy > 1 && milliseconds > LOOK_EVERY) milliseconds = LOOK_EVERY;
  for (int i = 0; i < LANES; i++)
    if (transport->lanes[i].in_flight > 0) curl_multi_poll(transport->lanes[i].multi, NULL, 0, milliseconds, NULL);
  if (busy == 0) poll(NULL, 0, milliseconds);
  look_at_clock(transport);
}

/* The same as transport_step, for who has just looked at the clock; it was looked at in the end, too, if that has waited. */
static void step_on(Transport *transport, int milliseconds) {
  const bool had_room = transport_has_room(transport, false);
  const bool can_poll = transport->poller.is_open;
  if (can_poll && in_flight(transport) < CROWD) transport->looks_at_all = false;
  move_on(transport);
  if (transport->looks_at_all) end_overdue(transport); /* all have just been looked at: time is up for who still waits */
  if (transport->finished != NULL || transport->calling != NULL) return;
  if (!had_room && transport_has_room(transport, false)) return; /* others can start */
  const long long left = time_left(transport);
  if (left >= 0 && left < milliseconds) milliseconds = (int)left;
  if (can_poll)
    wait_for_sockets(transport, milliseconds);
  else
    let_libcurl_wait(transport, milliseconds);
  if (in_flight(transport) == 0) return;
  move_on(transport); /* an answer may have made a timer due */
  end_overdue(transport);
}

void transport_step(Transport *transport, int milliseconds) {
  look_at_clock(transport);
  step_on(transport, milliseconds);
}

bool transport_finish(Transport *transport, const Transfer *transfer, long milliseconds) {
  const long long until =
    transport->now + (long long)milliseconds * MILLISECOND; /* it was looked at when the transfer began */
  while (transport->finished == NULL && transport->now < until)
    step_on(transport, (int)((until - transport->now) / MILLISECOND) + 1);
  return transport_next_finished(transport) == transfer;
}

int transport_descriptor(const Transport *transport) {
  return transport->poller.is_open ? transport->poller.descriptor : -1;
}

long long transport_arm(Transport *transport, long long milliseconds) {
  look_at_clock(transport);
  const long long left = earlier(time_left(transport), milliseconds);
  poller_arm(&transport->poller, left);
  return left;
}

Transfer *transport_next_finished(Transport *transport) {
  Transfer *transfer = transport->finished;
  if (transfer == NULL) return NULL;
  transport->finished = transfer->next_finished;
  transfer->is_queued = false;
  transport->queued--;
  if (transport->finished != NULL && transport->queued % CLOCK_EVERY == 0) {
    look_at_clock(transport);
    if (transport->now - transport->moved_at >= LONGEST_HOLD) move_on(transport);
  }
  return transfer;
}

/* Takes a transfer that ended but was not asked for out of the queue. */
static void forget_finished(Transport *transport, Transfer *transfer) {
  Transfer *previous = NULL;
  transfer->is_queued = false;
  transport->queued--;
  for (Transfer *other = transport->finished; other != NULL; previous = other, other = other->next_finished) {
    if (other != transfer) continue;
    if (previous == NULL)
      transport->finished = other->next_finished;
    else
      previous->next_finished = other->next_finished;
    if (transport->last_finished == other) transport->last_finished = previous;
    return;
  }
}

void transport_release(Transfer *transfer) {
  Transport *transport = transfer->transport;
  /* libcurl counts its own repeats in failed ones; a stream leaves options behind */
  const bool serves_again = !transfer->in_flight && transfer->code == CURLE_OK && !transfer->stream.is_on;
  if (transfer->in_flight) take_back(transfer);
  stop_calling(transfer);
  if (transfer->is_queued) forget_finished(transport, transfer);
  *transfer->holder = NULL;
  if (transfer->previous != NULL)
    transfer->previous->next = transfer->next;
  else
    transport->in_use = transfer->next;
  if (transfer->next != NULL) transfer->next->previous = transfer->previous;
  if (!serves_again) {
    transfer_free(transfer);
    return;
  }
  transfer_reset_response(transfer);
  transfer->next = transport->pool;
  transport->pool = transfer;
}
