/*
** Tests of src/base/terminal.c.
*/
#include "base/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host.h"

static void knows_a_terminal(void) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  const struct winsize size = {.ws_col = 123, .ws_row = 45};
  CHECK(terminal_is(terminal));
  CHECK_NUMBER(0, terminal_size(terminal).columns); /* it has none yet */
  CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  CHECK_NUMBER(123, terminal_size(terminal).columns);
  CHECK_NUMBER(45, terminal_size(terminal).rows);
  close(terminal);
  close(master);
}

/* Reads what a terminal has shown, which may take a moment. */
static size_t read_shown(int master, char *shown, size_t size) {
  struct pollfd wanted = {.fd = master, .events = POLLIN};
  const ssize_t count = poll(&wanted, 1, 10000) == 1 ? read(master, shown, size) : 0;
  return count > 0 ? (size_t)count : 0;
}

static void hides_what_is_typed(void) {
  char bytes[16];
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  CHECK(terminal_has_echo(terminal));
  CHECK(terminal_set_echo(terminal, false));
  CHECK(!terminal_has_echo(terminal));
  CHECK(write(master, "key\n", 4) == 4);
  CHECK_NUMBER(4, read(terminal, bytes, sizeof bytes));
  CHECK_NUMBER(2, (long long)read_shown(master, bytes, sizeof bytes)); /* the end of the line */
  CHECK(bytes[0] == '\r' && bytes[1] == '\n');
  CHECK(terminal_set_echo(terminal, true));
  CHECK(terminal_has_echo(terminal));
  CHECK(write(master, "a", 1) == 1);
  CHECK_NUMBER(1, (long long)read_shown(master, bytes, sizeof bytes));
  CHECK(bytes[0] == 'a');
  close(terminal);
  close(master);
}

static void knows_what_is_none(void) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK(!terminal_is(ends[0]));
  CHECK_NUMBER(0, terminal_size(ends[0]).columns);
  CHECK(!terminal_has_echo(ends[0]));
  CHECK(!terminal_set_echo(ends[0], false));
  close(ends[0]);
  close(ends[1]);
  CHECK(!terminal_is(ends[0])); /* closed */
  CHECK_NUMBER(0, terminal_size(ends[0]).columns);
}

UNIT(terminal_unit, "base/terminal", {"knows a terminal and its width", knows_a_terminal},
     {"hides what is typed, but for the ends of lines", hides_what_is_typed},
     {"says no of a pipe and of a closed descriptor", knows_what_is_none});
