/*
** terminal.h: terminals, for the command line.
*/
#ifndef BYTENITE_TERMINAL_H
#define BYTENITE_TERMINAL_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Returns true if a file descriptor is a terminal. */
bool terminal_is(int descriptor);

/*
** Returns the width of a terminal in columns; 0 if it is unknown or the descriptor is not a
** terminal.
*/
int terminal_width(int descriptor);

#pragma GCC visibility pop

#endif
