/*
** Tests of src/base/terminal.c.
*/
#include "base/terminal.h"

#include <fcntl.h>
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
  CHECK_NUMBER(0, terminal_width(terminal)); /* it has none yet */
  CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  CHECK_NUMBER(123, terminal_width(terminal));
  close(terminal);
  close(master);
}

static void knows_what_is_none(void) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK(!terminal_is(ends[0]));
  CHECK_NUMBER(0, terminal_width(ends[0]));
  close(ends[0]);
  close(ends[1]);
  CHECK(!terminal_is(ends[0])); /* closed */
  CHECK_NUMBER(0, terminal_width(ends[0]));
}

UNIT(terminal_unit, "base/terminal", {"knows a terminal and its width", knows_a_terminal},
     {"says no of a pipe and of a closed descriptor", knows_what_is_none});
