/*
** terminal.c: terminals, for the command line.
*/
/* struct winsize and TIOCGWINSZ are extensions that glibc, musl, macOS and the BSDs have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/terminal.h"

#include <sys/ioctl.h>
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

bool terminal_has_echo(int descriptor) {
  struct termios settings;
  return tcgetattr(descriptor, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
}

bool terminal_set_echo(int descriptor, bool on) {
  struct termios settings;
  if (tcgetattr(descriptor, &settings) != 0) return false;
  settings.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
  settings.c_lflag |= on ? (tcflag_t)ECHO : (tcflag_t)ECHONL;
  return tcsetattr(descriptor, TCSAFLUSH, &settings) == 0;
}
