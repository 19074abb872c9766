/*
** terminal.h: terminals, for the command line.
*/
#ifndef BYTENITE_TERMINAL_H
#define BYTENITE_TERMINAL_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Returns true if a file descriptor is a terminal. */
bool terminal_is(int descriptor);

typedef struct TerminalSize {
  int columns;
  int rows;
} TerminalSize;

/* Returns the size of a terminal; zeros if it is unknown or the descriptor is not a terminal. */
TerminalSize terminal_size(int descriptor);

/* Returns true if a file descriptor is a terminal that shows what is typed. */
bool terminal_has_echo(int descriptor);

/*
** Makes a terminal show what is typed, or hide all of it but the ends of lines. Drops what was
** typed before. Returns false on failure.
*/
bool terminal_set_echo(int descriptor, bool on);

#pragma GCC visibility pop

#endif
