/*
** terminal.c: terminals, for the command line.
*/
/* struct winsize and TIOCGWINSZ are extensions that glibc, musl, macOS and the BSDs have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is(int descriptor) {
  return isatty(descriptor) == 1;
}

int terminal_width(int descriptor) {
  struct winsize size = {0};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}
