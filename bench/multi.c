/*
** multi.c: the loop, with two ways of waiting.
*/
#include "multi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 64, LONGEST_WAIT = 60 * 1000 /* milliseconds */ };

static bool check(bool is_good, const char *what) {
  if (!is_good) fprintf(stderr, "libcurl took %s amiss\n", what);
  return is_good;
}

static bool start(Multi *loop, Connection *connection) {
  size_t length;
  const char *body = loop->calls.make_body(loop->calls.context, connection - loop->connections, &length);
  connection_prepare(connection, body, length);
  loop->to_start--;
  loop->under_way++;
  return check(curl_multi_add_handle(loop->multi, connection->easy) == CURLM_OK, "a handle");
}

/* Takes the responses that have arrived, and sends the next requests in their slots. */
static void take_answers(Multi *loop) {
  int left;
  CURLMsg *message;
  while (!loop->has_failed && (message = curl_multi_info_read(loop->multi, &left)) != NULL) {
    Connection *connection = NULL;
    const CURLcode outcome = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &connection);
    curl_multi_remove_handle(loop->multi, connection->easy);
    loop->under_way--;
    loop->has_failed = !connection_check(connection, outcome);
    if (!loop->has_failed) loop->calls.take_answer(loop->calls.context, connection);
    if (!loop->has_failed && loop->to_start > 0) loop->has_failed = !start(loop, connection);
  }
}

static void run_with_poll(Multi *loop) {
  int running;
  while (loop->under_way > 0 && !loop->has_failed) {
    const bool is_good = curl_multi_perform(loop->multi, &running) == CURLM_OK;
    loop->has_failed = !check(is_good, "the loop");
    take_answers(loop);
    /* new requests must be sent before the loop waits */
    if (loop->under_way > 0 && loop->under_way == running) curl_multi_poll(loop->multi, NULL, 0, LONGEST_WAIT, NULL);
  }
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int set_timer(CURLM *multi, long milliseconds, void *context) {
  Multi *loop = context;
  (void)multi;
  loop->timer_at = milliseconds < 0 ? -1 : now() + milliseconds * 1000LL;
  return 0;
}

/* Never fails: libcurl would give up all transfers. */
static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *is_known) {
  Multi *loop = context;
  struct epoll_event event = {.data.fd = socket};
  (void)easy;
  event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, socket, &event);
  } else if (is_known != NULL) {
    epoll_ctl(loop->epoll, EPOLL_CTL_MOD, socket, &event);
  } else {
    curl_multi_assign(loop->multi, socket, loop);
    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &event);
  }
  return 0;
}

static int time_left(const Multi *loop) {
  if (loop->timer_at < 0) return LONGEST_WAIT;
  const long long left = loop->timer_at - now();
  return left > 0 ? (int)((left + 999) / 1000) : 0; /* if called too early, libcurl does not set the timer again */
}

static int happened(uint32_t events) {
  return (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
         (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
}

static void run_with_sockets(Multi *loop) {
  int running;
  struct epoll_event events[MAX_EVENTS];
  while (loop->under_way > 0 && !loop->has_failed) {
    const int count = epoll_wait(loop->epoll, events, MAX_EVENTS, time_left(loop));
    for (int i = 0; i < count; i++)
      curl_multi_socket_action(loop->multi, events[i].data.fd, happened(events[i].events), &running);
    if (loop->timer_at >= 0 && loop->timer_at <= now()) {
      loop->timer_at = -1;
      curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    take_answers(loop);
  }
}

static bool listen_to_sockets(Multi *loop) {
  loop->timer_at = -1;
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  return loop->epoll >= 0 && curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK &&
         curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop) == CURLM_OK &&
         curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, set_timer) == CURLM_OK &&
         curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop) == CURLM_OK;
}

/* Over plain HTTP/1.1, waiting for a connection to share would only cost time. */
static bool share_connection(const Connection *connection) {
  return curl_easy_setopt(connection->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS) == CURLE_OK &&
         curl_easy_setopt(connection->easy, CURLOPT_PIPEWAIT, 1L) == CURLE_OK;
}

static bool open_connection(const Multi *loop, Connection *connection) {
  return connection_open(connection) &&
         check(curl_easy_setopt(connection->easy, CURLOPT_PRIVATE, connection) == CURLE_OK &&
                 (!loop->over_tls || share_connection(connection)),
               "a setting");
}

bool multi_open(Multi *loop) {
  const char *base_url = getenv("BENCH_BASE_URL");
  loop->over_tls = base_url != NULL && strncmp(base_url, "https:", strlen("https:")) == 0;
  loop->epoll = -1;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return false;
  loop->connections = calloc((size_t)loop->concurrency, sizeof *loop->connections);
  loop->multi = curl_multi_init();
  return loop->connections != NULL && loop->multi != NULL &&
         check(curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX) == CURLM_OK &&
                 curl_multi_setopt(loop->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, loop->concurrency) == CURLM_OK,
               "a setting") &&
         (!loop->by_socket || listen_to_sockets(loop));
}

static bool start_first(Multi *loop) {
  for (long i = 0; i < loop->concurrency && loop->to_start > 0; i++)
    if (!open_connection(loop, &loop->connections[i]) || !start(loop, &loop->connections[i])) return false;
  return true;
}

bool multi_run(Multi *loop) {
  if (!start_first(loop)) return false;
  (loop->by_socket ? run_with_sockets : run_with_poll)(loop);
  return !loop->has_failed;
}

void multi_close(Multi *loop) {
  for (long i = 0; loop->connections != NULL && i < loop->concurrency; i++) {
    if (loop->connections[i].easy == NULL) continue;
    curl_multi_remove_handle(loop->multi, loop->connections[i].easy);
    connection_close(&loop->connections[i]);
  }
  curl_multi_cleanup(loop->multi);
  if (loop->epoll >= 0) close(loop->epoll);
  free(loop->connections);
}
