/*
** poller.h: waits for sockets and a timer on one descriptor that others can wait for in turn: epoll with a timerfd in it (Linux),
** or kqueue (the BSDs, macOS). Knows neither libcurl nor Lua.
**
** Where neither exists POLLER_EXISTS is 0 and a poller never opens: the transport then lets libcurl wait.
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

typedef struct Watched Watched; /* what is known of a descriptor */

typedef struct Poller {
  int descriptor; /* readable while a socket watched is ready, or the timer has gone off */
  int timer;      /* of its own, where the system wants one */
  bool is_open;
  bool is_armed;    /* the timer is set */
  Watched *watched; /* by descriptor */
  int count;        /* how many places there are */
} Poller;

typedef struct PollerEvent {
  int descriptor;
  bool readable, writable, failed;
} PollerEvent;

/* Opens a closed (zeroed) poller; false when the system has no descriptors or memory left. Not passed on to programs executed. */
bool poller_open(Poller *poller);

/* Closes the descriptors; may be called twice. In a forked child `is_child` closes only what is the child's own. */
void poller_close(Poller *poller, bool is_child);

/* Watches a descriptor for what is asked, and for nothing else any more. */
void poller_watch(Poller *poller, int descriptor, bool for_reading, bool for_writing);

/* Watches a descriptor no more; to be called before it is closed. */
void poller_unwatch(Poller *poller, int descriptor);

/*
** Tells of a descriptor, watched now or before, that it will be watched again and again. Between that the kernel may go on watching it, so that
** this costs no system calls. Before it is closed poller_forget must be called: of others that need not be told.
*/
void poller_keep(Poller *poller, int descriptor);
void poller_forget(Poller *poller, int descriptor);

/* Makes the poller's own descriptor readable after some milliseconds; -1: not for a timer's sake. */
void poller_arm(Poller *poller, long long milliseconds);

/*
** Waits up to `milliseconds` for descriptors to become ready and stores what happened, at most `capacity` of it. The number stored;
** 0 also when only the timer went off or a signal came. A timer that went off is disarmed.
*/
int poller_wait(Poller *poller, PollerEvent *events, int capacity, int milliseconds);

#pragma GCC visibility pop

#endif
