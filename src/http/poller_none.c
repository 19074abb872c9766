/*
** poller_none.c: for systems that have neither epoll nor kqueue: the poller never opens.
*/
#include "http/poller.h"

#if !POLLER_EXISTS

bool poller_open(Poller *poller) {
  (void)poller;
  return false;
}

void poller_close(Poller *poller, bool is_child) {
  (void)poller;
  (void)is_child;
}

void poller_watch(Poller *poller, int descriptor, bool for_reading, bool for_writing) {
  (void)poller;
  (void)descriptor;
  (void)for_reading;
  (void)for_writing;
}

void poller_unwatch(Poller *poller, int descriptor) {
  (void)poller;
  (void)descriptor;
}

void poller_keep(Poller *poller, int descriptor) {
  (void)poller;
  (void)descriptor;
}

void poller_forget(Poller *poller, int descriptor) {
  (void)poller;
  (void)descriptor;
}

void poller_arm(Poller *poller, long long milliseconds) {
  (void)poller;
  (void)milliseconds;
}

int poller_wait(Poller *poller, PollerEvent *events, int capacity, int milliseconds) {
  (void)poller;
  (void)events;
  (void)capacity;
  (void)milliseconds;
  return 0;
}

#else
typedef int bytenite_has_poller; /* a file must not be empty */
#endif
