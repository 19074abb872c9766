/*
** kqueue.c: a stand-in for kqueue: each queue is an epoll and a timerfd; see sys/event.h.
*/
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { QUEUES = 1024, DESCRIPTORS = 4096, MAX_EVENTS = 64 };

/* The queues, by their descriptors. */
static struct {
  int timer;                     /* 0: not used yet */
  bool has_timer;                /* a timer was added */
  uint32_t filters[DESCRIPTORS]; /* EPOLLIN and EPOLLOUT, by watched descriptor */
} queues[QUEUES];

int kqueue(void) {
  const int queue = epoll_create1(EPOLL_CLOEXEC);
  if (queue < 0 || queue >= QUEUES) return -1;
  if (queues[queue].timer != 0) close(queues[queue].timer); /* left by a closed queue */
  queues[queue].timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  queues[queue].has_timer = false;
  for (int i = 0; i < DESCRIPTORS; i++)
    queues[queue].filters[i] = 0;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = queues[queue].timer};
  epoll_ctl(queue, EPOLL_CTL_ADD, queues[queue].timer, &event);
  return queue;
}

static int missing(void) {
  errno = ENOENT;
  return -1;
}

static void set_timer(int queue, long long milliseconds) {
  const struct itimerspec in = {
    .it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000},
  };
  timerfd_settime(queues[queue].timer, 0, &in, NULL);
  queues[queue].has_timer = milliseconds > 0;
}

static int change_timer(int queue, const struct kevent *change) {
  if (!(change->flags & EV_ADD) && !queues[queue].has_timer) return missing();
  set_timer(queue, change->flags & EV_ADD ? change->data : 0);
  return 0;
}

static int change_socket(int queue, const struct kevent *change) {
  const int descriptor = (int)change->ident;
  const uint32_t filter = change->filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;
  uint32_t *filters = &queues[queue].filters[descriptor];
  if (!(change->flags & EV_ADD) && !(*filters & filter)) return missing();
  *filters = change->flags & EV_ADD ? *filters | filter : *filters & ~filter;
  struct epoll_event event = {.events = *filters, .data.fd = descriptor};
  if (*filters == 0) return epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, &event);
  if (epoll_ctl(queue, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
  *filters = event.events = filter; /* the descriptor was closed and reused */
  return epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event);
}

static int store(struct kevent *events, int stored, int descriptor, short filter, unsigned short flags) {
  EV_SET(&events[stored], (uintptr_t)descriptor, filter, flags, 0, 0, NULL);
  return stored + 1;
}

int kevent(int queue, const struct kevent *changes, int change_count, struct kevent *events, int capacity,
           const struct timespec *limit) {
  for (int i = 0; i < change_count; i++)
    if ((changes[i].filter == EVFILT_TIMER ? change_timer : change_socket)(queue, &changes[i]) != 0) return -1;
  if (capacity < 2) return 0; /* a socket may need two events */
  struct epoll_event ready[MAX_EVENTS];
  const int most = capacity / 2 < MAX_EVENTS ? capacity / 2 : MAX_EVENTS;
  const int count = epoll_wait(queue, ready, most, (int)(limit->tv_sec * 1000 + limit->tv_nsec / 1000000));
  int stored = 0;
  for (int i = 0; i < count; i++) {
    const int descriptor = ready[i].data.fd;
    if (descriptor == queues[queue].timer) {
      set_timer(queue, 0); /* EV_ONESHOT */
      stored = store(events, stored, 1, EVFILT_TIMER, EV_ONESHOT);
      continue;
    }
    const bool has_ended = ready[i].events & (EPOLLERR | EPOLLHUP);
    const unsigned short flags = has_ended ? EV_EOF : 0;
    const uint32_t filters = queues[queue].filters[descriptor];
    if (filters & EPOLLIN && (has_ended || ready[i].events & EPOLLIN))
      stored = store(events, stored, descriptor, EVFILT_READ, flags);
    if (filters & EPOLLOUT && (has_ended || ready[i].events & EPOLLOUT))
      stored = store(events, stored, descriptor, EVFILT_WRITE, flags);
  }
  return stored;
}
