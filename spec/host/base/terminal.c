/*
** Tests of src/base/terminal.c.
*/
#include "base/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host.h"

static void knows_a_terminal(void) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  const struct winsize size = {.ws_col = 123, .ws_row = 45};
  CHECK(terminal_is(terminal));
  CHECK_NUMBER(0, terminal_size(terminal).columns); /* no size was set yet */
  CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  CHECK_NUMBER(123, terminal_size(terminal).columns);
  CHECK_NUMBER(45, terminal_size(terminal).rows);
  close(terminal);
  close(master);
}

/* Reads what a terminal shows, which may take a moment. */
static size_t read_shown(int master, char *shown, size_t size) {
  struct pollfd wanted = {.fd = master, .events = POLLIN};
  const ssize_t count = poll(&wanted, 1, 10000) == 1 ? read(master, shown, size) : 0;
  return count > 0 ? (size_t)count : 0;
}

static bool has_echo(int terminal) {
  struct termios settings;
  return tcgetattr(terminal, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
}

/* Waits until echo is on or off in a terminal. */
static bool comes_to_have_echo(int terminal, bool wanted) {
  for (int i = 0; i < 3000 && has_echo(terminal) != wanted; i++) {
    usleep(10000);
  }
  return has_echo(terminal) == wanted;
}

/* Asks in a separate process, which exits with 7 if it got the key. */
static pid_t ask(int terminal) {
  const pid_t child = fork();
  if (child != 0) return child;
  char line[TERMINAL_LINE];
  size_t length;
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(1);
  const TerminalReading reading = terminal_read_hidden(terminal, "Key: ", line, &length);
  const bool is_key = reading == TERMINAL_READ && length == 4 && memcmp(line, "key\n", 4) == 0;
  _exit(is_key && has_echo(terminal) ? 7 : 1);
}

static void hides_what_is_typed(void) {
  char bytes[16];
  int status = 0;
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  const pid_t child = ask(terminal);
  CHECK(comes_to_have_echo(terminal, false));
  CHECK(write(master, "key\n", 4) == 4);
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  CHECK_NUMBER(2, (long long)read_shown(master, bytes, sizeof bytes)); /* the end of the line */
  CHECK(bytes[0] == '\r' && bytes[1] == '\n');
  CHECK(has_echo(terminal));
  close(terminal);
  close(master);
}

static void restores_before_a_signal(void) {
  const int signals[] = {SIGTERM, SIGHUP, SIGQUIT};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    int status = 0;
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    const pid_t child = ask(terminal);
    CHECK(comes_to_have_echo(terminal, false));
    CHECK(kill(child, signals[i]) == 0);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
    CHECK(has_echo(terminal));
    close(terminal);
    close(master);
  }
}

static void knows_what_is_none(void) {
  char line[TERMINAL_LINE];
  size_t length;
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK(!terminal_is(ends[0]));
  CHECK_NUMBER(0, terminal_size(ends[0]).columns);
  CHECK(terminal_read_hidden(ends[0], "", line, &length) == TERMINAL_NOT_HIDDEN);
  close(ends[0]);
  close(ends[1]);
  CHECK(!terminal_is(ends[0])); /* closed */
  CHECK_NUMBER(0, terminal_size(ends[0]).columns);
}

UNIT(terminal_unit, "base/terminal", {"knows a terminal and its width", knows_a_terminal},
     {"hides what is typed, except for line breaks", hides_what_is_typed},
     {"restores the terminal before a signal ends the process", restores_before_a_signal},
     {"recognises neither a pipe nor a closed descriptor", knows_what_is_none});
