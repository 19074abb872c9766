/*
** sys/event.h: as much of kqueue as src/http/poller_kqueue.c uses, declared as FreeBSD and macOS do; kqueue.c makes it of what Linux has. So
** specs can run that poller where there is no kqueue. It behaves as the manual pages say; that a real one does is not shown by it.
*/
#ifndef KQUEUE_STAND_IN_H
#define KQUEUE_STAND_IN_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_TIMER (-7)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ONESHOT 0x0010
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

struct kevent {
  uintptr_t ident;
  short filter;
  unsigned short flags;
  unsigned int fflags;
  intptr_t data;
  void *udata;
};

#define EV_SET(event, a, b, c, d, e, f) (*(event) = (struct kevent){(a), (b), (c), (d), (e), (f)})

int kqueue(void);
int kevent(int queue, const struct kevent *changes, int change_count, struct kevent *events, int capacity,
           const struct timespec *limit);

#endif
