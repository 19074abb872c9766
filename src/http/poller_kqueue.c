/*
** poller_kqueue.c: the poller of the BSDs and macOS: kqueue, whose timers are events too.
*/
#include "http/poller.h"

#if POLLER_EXISTS && defined(POLLER_KQUEUE)

#include <stdint.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 64, TIMER = 1 };

/*
** Makes one change. Deleting a filter that does not exist does no harm. The types of the fields
** differ between systems.
*/
static void change(const Poller *poller, int what, int filter, int flags, long long data) {
  struct kevent event = {0};
  event.ident = (uintptr_t)what;
  event.filter = (__typeof__(event.filter))filter;
  event.flags = (__typeof__(event.flags))flags;
  event.data = (__typeof__(event.data))data;
  const struct timespec at_once = {0};
  kevent(poller->descriptor, &event, 1, NULL, 0, &at_once);
}

bool poller_open(Poller *poller) {
  poller->descriptor = kqueue();
  poller->timer = -1;
  poller->is_open = poller->descriptor >= 0;
  return poller->is_open;
}

/* A child does not inherit the queue: there its number may be that of another descriptor. */
void poller_close(Poller *poller, bool is_child) {
  if (poller->is_open && !is_child) close(poller->descriptor);
  *poller = (Poller){0};
}

void poller_watch(Poller *poller, int descriptor, bool for_reading, bool for_writing) {
  change(poller, descriptor, EVFILT_READ, for_reading ? EV_ADD : EV_DELETE, 0);
  change(poller, descriptor, EVFILT_WRITE, for_writing ? EV_ADD : EV_DELETE, 0);
}

void poller_unwatch(Poller *poller, int descriptor) {
  poller_watch(poller, descriptor, false, false);
}

/* A change costs little here, and the kernel forgets a closed descriptor by itself. */
void poller_keep(Poller *poller, int descriptor) {
  (void)poller;
  (void)descriptor;
}

void poller_forget(Poller *poller, int descriptor) {
  (void)poller;
  (void)descriptor;
}

void poller_arm(Poller *poller, long long milliseconds) {
  if (poller->is_armed)
    change(poller, TIMER, EVFILT_TIMER, EV_DELETE, 0); /* some systems do not restart a timer that is added again */
  if (milliseconds >= 0) change(poller, TIMER, EVFILT_TIMER, EV_ADD | EV_ONESHOT, milliseconds > 0 ? milliseconds : 1);
  poller->is_armed = milliseconds >= 0;
}

int poller_wait(Poller *poller, PollerEvent *events, int capacity, int milliseconds) {
  struct kevent ready[MAX_EVENTS];
  const struct timespec limit = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  const int count = kevent(poller->descriptor, NULL, 0, ready, capacity < MAX_EVENTS ? capacity : MAX_EVENTS, &limit);
  int stored = 0;
  for (int i = 0; i < count; i++) {
    if (ready[i].filter == EVFILT_TIMER) {
      poller->is_armed = false; /* it expires once */
      continue;
    }
    events[stored++] = (PollerEvent){
      .descriptor = (int)ready[i].ident,
      .readable = ready[i].filter == EVFILT_READ,
      .writable = ready[i].filter == EVFILT_WRITE,
      .failed = (ready[i].flags & EV_ERROR) != 0,
    };
  }
  return stored;
}

#else
typedef int bytenite_no_kqueue; /* a file must not be empty */
#endif
