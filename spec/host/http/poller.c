/*
** Tests of src/http/poller_epoll.c, or of the poller of the system.
*/
#include "http/poller.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

enum { SOON = 5000 }; /* milliseconds, a limit that no test should reach */

typedef struct Pipe {
  int reading, writing;
} Pipe;

static Pipe open_pipe(void) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  return (Pipe){ends[0], ends[1]};
}

static void close_pipe(Pipe ends) {
  close(ends.reading);
  close(ends.writing);
}

static void fill(Pipe ends) {
  CHECK(write(ends.writing, "x", 1) == 1);
}

static void drain(Pipe ends) {
  char byte;
  CHECK(read(ends.reading, &byte, 1) == 1);
}

static bool is_readable(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, 0) == 1;
}

/* Returns the only event; descriptor -1 if there is none. */
static PollerEvent next_event(Poller *poller, int milliseconds) {
  PollerEvent events[4] = {{.descriptor = -1}};
  const int count = poller_wait(poller, events, 4, milliseconds);
  CHECK(count <= 1);
  if (count == 0) events[0].descriptor = -1;
  return events[0];
}

static void tells_what_is_ready(void) {
  Poller poller = {0};
  int pair[2];
  CHECK(poller_open(&poller) && poller.is_open);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  poller_watch(&poller, pair[0], true, false);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  poller_watch(&poller, pair[0], false, true);
  PollerEvent event = next_event(&poller, SOON);
  CHECK(event.descriptor == pair[0] && event.writable && !event.readable && !event.failed);
  CHECK(write(pair[1], "x", 1) == 1);
  poller_watch(&poller, pair[0], false, true);
  event = next_event(&poller, SOON);
  CHECK(event.writable && !event.readable);
  poller_watch(&poller, pair[0], true, false);
  event = next_event(&poller, SOON);
  CHECK(!event.writable && event.readable);
  poller_watch(&poller, pair[0], true, true);
  event = next_event(&poller, SOON);
  CHECK(event.writable && event.readable && !event.failed);
  close(pair[1]);
  event = next_event(&poller, SOON);
  CHECK(event.failed);
  poller_unwatch(&poller, pair[0]);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  close(pair[0]);
  poller_close(&poller, false);
}

static void stores_no_more_than_there_is_room_for(void) {
  Poller poller = {0};
  PollerEvent events[3];
  Pipe pipes[3];
  CHECK(poller_open(&poller));
  for (int i = 0; i < 3; i++) {
    pipes[i] = open_pipe();
    fill(pipes[i]);
    poller_watch(&poller, pipes[i].reading, true, false);
  }
  CHECK_NUMBER(2, poller_wait(&poller, events, 2, SOON));
  CHECK_NUMBER(3, poller_wait(&poller, events, 3, SOON));
  poller_close(&poller, false);
  for (int i = 0; i < 3; i++)
    close_pipe(pipes[i]);
}

static void has_one_descriptor_for_all(void) {
  Poller poller = {0};
  const Pipe ends = open_pipe();
  CHECK(poller_open(&poller));
  poller_watch(&poller, ends.reading, true, false);
  CHECK(!is_readable(poller.descriptor));
  fill(ends);
  CHECK(is_readable(poller.descriptor));
  poller_unwatch(&poller, ends.reading);
  CHECK(!is_readable(poller.descriptor));
  close_pipe(ends);
  poller_close(&poller, false);
}

static void has_a_timer(void) {
  Poller poller = {0};
  CHECK(poller_open(&poller));
  poller_arm(&poller, 0);
  CHECK(poller.is_armed);
  struct pollfd one = {.fd = poller.descriptor, .events = POLLIN};
  CHECK_NUMBER(1, poll(&one, 1, SOON));
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor); /* disarms it */
  CHECK(!poller.is_armed);
  CHECK(!is_readable(poller.descriptor));
  poller_arm(&poller, 20);
  CHECK(poller.is_armed && !is_readable(poller.descriptor));
  CHECK_NUMBER(1, poll(&one, 1, SOON));
  poller_arm(&poller, 3600000);
  CHECK(!is_readable(poller.descriptor));
  poller_arm(&poller, 0);
  CHECK_NUMBER(1, poll(&one, 1, SOON));
  poller_arm(&poller, -1);
  CHECK(!poller.is_armed && !is_readable(poller.descriptor));
  poller_arm(&poller, -1); /* already disarmed */
  CHECK(!poller.is_armed);
  poller_close(&poller, false);
}

/* Seconds and nanoseconds are set separately. */
static void has_a_timer_for_long_times(void) {
  Poller poller = {0};
  CHECK(poller_open(&poller));
  struct pollfd one = {.fd = poller.descriptor, .events = POLLIN};
  poller_arm(&poller, 1001);
  CHECK_NUMBER(0, poll(&one, 1, 500));
  CHECK_NUMBER(1, poll(&one, 1, SOON));
  poller_close(&poller, false);
}

static void says_nothing_of_one_that_is_kept_and_not_watched(void) {
  Poller poller = {0};
  const Pipe ends = open_pipe();
  CHECK(poller_open(&poller));
  poller_watch(&poller, ends.reading, true, false);
  poller_keep(&poller, ends.reading);
  poller_unwatch(&poller, ends.reading);
  fill(ends);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  CHECK(!is_readable(poller.descriptor)); /* the kernel was notified at the first event */
  poller_watch(&poller, ends.reading, true, false);
  CHECK_NUMBER(ends.reading, next_event(&poller, SOON).descriptor);
  drain(ends);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  poller_forget(&poller, ends.reading);
  close_pipe(ends);
  poller_close(&poller, false);
}

static void is_told_anew_of_one_that_was_forgotten(void) {
  Poller poller = {0};
  const Pipe ends = open_pipe();
  CHECK(poller_open(&poller));
  poller_watch(&poller, ends.reading, true, false);
  poller_keep(&poller, ends.reading);
  poller_forget(&poller, ends.reading);
  fill(ends);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  poller_watch(&poller, ends.reading, true, false);
  CHECK_NUMBER(ends.reading, next_event(&poller, SOON).descriptor);
  close_pipe(ends);
  poller_close(&poller, false);
}

static void changes_the_events_of_one_that_is_kept(void) {
  Poller poller = {0};
  int pair[2];
  CHECK(poller_open(&poller));
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  poller_watch(&poller, pair[0], true, false);
  poller_keep(&poller, pair[0]);
  poller_watch(&poller, pair[0], true, false);
  CHECK_NUMBER(-1, next_event(&poller, 0).descriptor);
  poller_watch(&poller, pair[0], false, true);
  CHECK(next_event(&poller, SOON).writable);
  poller_forget(&poller, pair[0]);
  close(pair[0]);
  close(pair[1]);
  poller_close(&poller, false);
}

static void keeps_none_that_it_does_not_know(void) {
  Poller poller = {0};
  CHECK(poller_open(&poller));
  poller_keep(&poller, -1);
  poller_keep(&poller, 1000000);
  poller_forget(&poller, 1000000);
  poller_unwatch(&poller, 200);
  poller_keep(&poller, poller.count);
  poller_forget(&poller, poller.count);
  CHECK(poller.count >= 201);
  poller_close(&poller, false);
}

static void is_not_inherited(void) {
  Poller poller = {0};
  CHECK(poller_open(&poller));
  CHECK((fcntl(poller.descriptor, F_GETFD) & FD_CLOEXEC) != 0);
#ifdef POLLER_EPOLL
  CHECK((fcntl(poller.timer, F_GETFD) & FD_CLOEXEC) != 0);
#endif
  poller_close(&poller, false);
}

static void closes_once(void) {
  Poller poller = {0};
  CHECK(poller_open(&poller));
  const int descriptor = poller.descriptor;
  poller_close(&poller, false);
  CHECK(!poller.is_open && fcntl(descriptor, F_GETFD) == -1);
  poller_close(&poller, false);
  CHECK(poller_open(&poller));
  poller_close(&poller, true);
}

UNIT(poller_unit, "http/poller", {"reports which descriptors are ready, and for what", tells_what_is_ready},
     {"stores as many events as there is room for", stores_no_more_than_there_is_room_for},
     {"has one descriptor for all", has_one_descriptor_for_all},
     {"has a timer that makes its descriptor readable", has_a_timer},
     {"has a timer for more than a second", has_a_timer_for_long_times},
     {"reports nothing for a descriptor that is kept but not watched",
      says_nothing_of_one_that_is_kept_and_not_watched},
     {"registers a forgotten descriptor anew", is_told_anew_of_one_that_was_forgotten},
     {"changes the events of a descriptor that is kept", changes_the_events_of_one_that_is_kept},
     {"does not keep a descriptor that was never watched", keeps_none_that_it_does_not_know},
     {"is not inherited by programs", is_not_inherited}, {"can be closed twice, and opened again", closes_once});
