/*
** poller_epoll.c: the poller of Linux: epoll, and a timerfd that it watches.
*/
#include "http/poller.h"

#if POLLER_EXISTS && defined(POLLER_EPOLL)

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 64 };

struct Watched {
  uint32_t registered; /* the events that the kernel watches for */
  uint32_t wanted;
  bool is_kept;
};

/* Returns the state of a descriptor that is kept; NULL for other descriptors. */
static Watched *find_kept(const Poller *poller, int descriptor) {
  if (descriptor >= poller->count || !poller->watched[descriptor].is_kept) return NULL;
  return &poller->watched[descriptor];
}

/*
** Returns the slot of a descriptor. Returns NULL if memory runs out: then the descriptor is never
** kept.
*/
static Watched *find_slot(Poller *poller, int descriptor) {
  if (descriptor >= poller->count) {
    const int count = 2 * descriptor + 16;
    Watched *watched = realloc(poller->watched, (size_t)count * sizeof *watched);
    if (watched == NULL) return NULL;
    for (int i = poller->count; i < count; i++)
      watched[i] = (Watched){0};
    poller->watched = watched;
    poller->count = count;
  }
  return &poller->watched[descriptor];
}

static bool watch_timer(Poller *poller) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = poller->timer};
  return poller->timer >= 0 && epoll_ctl(poller->descriptor, EPOLL_CTL_ADD, poller->timer, &event) == 0;
}

bool poller_open(Poller *poller) {
  poller->descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (poller->descriptor < 0) return false;
  poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  poller->is_open = true;
  if (watch_timer(poller)) return true;
  poller_close(poller, false);
  return false;
}

/* Both descriptors are the child's own copies: closing them changes nothing for the parent. */
void poller_close(Poller *poller, bool is_child) {
  (void)is_child;
  if (!poller->is_open) return;
  if (poller->timer >= 0) close(poller->timer);
  close(poller->descriptor);
  free(poller->watched);
  *poller = (Poller){0};
}

/* If the kernel refuses for lack of memory, the transfer ends by its time limit. */
static void register_events(const Poller *poller, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  if (epoll_ctl(poller->descriptor, EPOLL_CTL_ADD, descriptor, &event) != 0 && errno == EEXIST)
    epoll_ctl(poller->descriptor, EPOLL_CTL_MOD, descriptor, &event);
}

static void unregister(const Poller *poller, int descriptor) {
  struct epoll_event unused = {0};
  epoll_ctl(poller->descriptor, EPOLL_CTL_DEL, descriptor, &unused);
}

void poller_watch(Poller *poller, int descriptor, bool for_reading, bool for_writing) {
  const uint32_t events = (for_reading ? (uint32_t)EPOLLIN : 0) | (for_writing ? (uint32_t)EPOLLOUT : 0);
  Watched *watched = find_slot(poller, descriptor);
  const bool is_registered = watched != NULL && watched->is_kept && watched->registered == events;
  if (!is_registered) register_events(poller, descriptor, events);
  if (watched != NULL) watched->registered = watched->wanted = events;
}

void poller_unwatch(Poller *poller, int descriptor) {
  Watched *watched = find_slot(poller, descriptor);
  if (watched == NULL || !watched->is_kept) unregister(poller, descriptor);
  if (watched == NULL) return;
  watched->wanted = 0;
  if (!watched->is_kept) watched->registered = 0;
}

void poller_keep(Poller *poller, int descriptor) {
  if (descriptor >= 0 && descriptor < poller->count) poller->watched[descriptor].is_kept = true;
}

void poller_forget(Poller *poller, int descriptor) {
  Watched *watched = find_kept(poller, descriptor);
  if (watched == NULL) return;
  if (watched->registered != 0) unregister(poller, descriptor);
  *watched = (Watched){0};
}

/*
** Returns whether an event on a descriptor is wanted. If it is not, the kernel stops watching the
** descriptor.
*/
static bool is_wanted(const Poller *poller, int descriptor) {
  Watched *watched = find_kept(poller, descriptor);
  if (watched == NULL || watched->wanted != 0) return true;
  unregister(poller, descriptor);
  watched->registered = 0;
  return false;
}

void poller_arm(Poller *poller, long long milliseconds) {
  if (milliseconds < 0 && !poller->is_armed) return;
  struct itimerspec in = {0};
  if (milliseconds > 0) {
    in.it_value.tv_sec = (time_t)(milliseconds / 1000);
    in.it_value.tv_nsec = (long)(milliseconds % 1000) * 1000000;
  } else if (milliseconds == 0) {
    in.it_value.tv_nsec = 1; /* 0 would disarm it */
  }
  timerfd_settime(poller->timer, 0, &in, NULL);
  poller->is_armed = milliseconds >= 0;
}

int poller_wait(Poller *poller, PollerEvent *events, int capacity, int milliseconds) {
  struct epoll_event ready[MAX_EVENTS];
  const int count = epoll_wait(poller->descriptor, ready, capacity < MAX_EVENTS ? capacity : MAX_EVENTS, milliseconds);
  int stored = 0;
  for (int i = 0; i < count; i++) {
    const int descriptor = ready[i].data.fd;
    if (descriptor == poller->timer) {
      poller_arm(poller, -1);
      continue;
    }
    if (!is_wanted(poller, descriptor)) continue;
    events[stored++] = (PollerEvent){
      .descriptor = descriptor,
      .readable = (ready[i].events & EPOLLIN) != 0,
      .writable = (ready[i].events & EPOLLOUT) != 0,
      .failed = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0,
    };
  }
  return stored;
}

#else
typedef int bytenite_no_epoll; /* a file must not be empty */
#endif
