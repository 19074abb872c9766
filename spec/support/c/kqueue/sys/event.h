/*
** sys/event.h: the part of kqueue that src/http/poller_kqueue.c uses, declared as on FreeBSD and
** macOS, and implemented for Linux by kqueue.c. So specs can run that poller on systems without
** kqueue. It follows the manual pages; it does not show that a real kqueue does.
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
