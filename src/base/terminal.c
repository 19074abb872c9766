/*
** terminal.c: terminals, for the command line.
*/
/* struct winsize and TIOCGWINSZ are extensions that glibc, musl, macOS and the BSDs have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

bool terminal_is(int descriptor) {
  return isatty(descriptor) == 1;
}

TerminalSize terminal_size(int descriptor) {
  struct winsize size = {0};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return (TerminalSize){0};
  return (TerminalSize){.columns = size.ws_col, .rows = size.ws_row};
}

enum { LOOK_EVERY = 100000 }; /* microseconds between checks for signals */

/* Signals that end or stop a process, which would leave the terminal without echo. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

static sigset_t signal_set(void) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    sigaddset(&set, signals[i]);
  }
  return set;
}

/* Returns the number of one of our signals that is pending; 0 if none is. */
static int pending_signal(void) {
  sigset_t pending;
  sigpending(&pending);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (sigismember(&pending, signals[i])) return signals[i];
  }
  return 0;
}

static bool hide(int descriptor, const struct termios *shown, const char *prompt) {
  struct termios hidden = *shown;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  hidden.c_lflag |= (tcflag_t)ECHONL;
  return tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 && write(STDERR_FILENO, prompt, strlen(prompt)) >= 0;
}

/* Returns true if the descriptor can be read, or is broken; false after LOOK_EVERY. */
static bool is_ready(int descriptor) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(descriptor, &readable);
  struct timeval most = {.tv_usec = LOOK_EVERY};
  const int count = select(descriptor + 1, &readable, NULL, NULL, &most);
  return count > 0 || (count < 0 && errno != EINTR);
}

/*
** Signals are blocked while the terminal hides input. When one is pending, the terminal is restored
** first, and then the signal is delivered.
*/
TerminalReading terminal_read_hidden(int descriptor, const char *prompt, char line[TERMINAL_LINE], size_t *length) {
  const sigset_t held = signal_set();
  struct termios shown;
  sigset_t before;
  *length = 0;
  if (descriptor >= FD_SETSIZE || tcgetattr(descriptor, &shown) != 0) return TERMINAL_NOT_HIDDEN;
  TerminalReading result = TERMINAL_NOT_HIDDEN;
  bool is_over = false;
  while (!is_over) {
    sigprocmask(SIG_BLOCK, &held, &before);
    is_over = !hide(descriptor, &shown, prompt);
    int signal_number = 0;
    while (!is_over && (signal_number = pending_signal()) == 0) {
      if (!is_ready(descriptor)) continue;
      const ssize_t count = read(descriptor, line, TERMINAL_LINE);
      if (count > 0) *length = (size_t)count;
      result = TERMINAL_READ;
      is_over = true;
    }
    tcsetattr(descriptor, TCSAFLUSH, &shown);
    sigprocmask(SIG_SETMASK, &before, NULL); /* delivers the signal; a stopped process continues here */
    if (signal_number == SIGINT) return TERMINAL_INTERRUPTED;
  }
  return result;
}
