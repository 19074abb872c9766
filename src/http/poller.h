/*
** poller.h: waits for sockets and a timer on one descriptor, which an event loop can poll in turn:
** epoll with a timerfd in it (Linux), or kqueue (the BSDs, macOS). Independent of libcurl and Lua.
**
** If neither exists, POLLER_EXISTS is 0 and no poller opens: then libcurl itself waits.
*/
#ifndef BYTENITE_POLLER_H
#define BYTENITE_POLLER_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

#if defined(BYTENITE_NO_POLLER)
#define POLLER_EXISTS 0
#elif defined(__linux__) && !defined(BYTENITE_KQUEUE)
#define POLLER_EXISTS 1
#define POLLER_EPOLL 1
#elif defined(BYTENITE_KQUEUE) || defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || \
  defined(__OpenBSD__) || defined(__DragonFly__)
#define POLLER_EXISTS 1
#define POLLER_KQUEUE 1
#else
#define POLLER_EXISTS 0
#endif

typedef struct Watched Watched; /* the state of a descriptor */

typedef struct Poller {
  int descriptor; /* readable while a watched socket is ready, or the timer has expired */
  int timer;      /* its descriptor, if the system has one */
  bool is_open;
  bool is_armed;    /* the timer is set */
  Watched *watched; /* by descriptor */
  int count;        /* slots in `watched` */
} Poller;

typedef struct PollerEvent {
  int descriptor;
  bool readable, writable, failed;
} PollerEvent;

/*
** Opens a closed (zeroed) poller, which executed programs do not inherit. Returns false if
** descriptors or memory run out.
*/
bool poller_open(Poller *poller);

/*
** Closes the descriptors; may be called twice. In a forked child (`is_child`) closes only the
** child's own descriptors.
*/
void poller_close(Poller *poller, bool is_child);

/* Watches a descriptor for the given events, and no longer for earlier ones. */
void poller_watch(Poller *poller, int descriptor, bool for_reading, bool for_writing);

/* Stops watching a descriptor. Must be called before it is closed. */
void poller_unwatch(Poller *poller, int descriptor);

/*
** Marks a descriptor that is watched again and again: the kernel may keep watching it in between,
** which saves system calls. Call poller_forget before the descriptor is closed.
*/
void poller_keep(Poller *poller, int descriptor);
void poller_forget(Poller *poller, int descriptor);

/* Makes the poller's own descriptor readable after some milliseconds; -1 disarms the timer. */
void poller_arm(Poller *poller, long long milliseconds);

/*
** Waits up to `milliseconds` for descriptors to become ready, and stores at most `capacity` events.
** Returns the number of events; 0 also if only the timer expired or a signal arrived. Disarms an
** expired timer.
*/
int poller_wait(Poller *poller, PollerEvent *events, int capacity, int milliseconds);

#pragma GCC visibility pop

#endif
