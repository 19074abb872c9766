/*
** terminal.h: whether somebody watches, for the command line. Includes no lua.h.
*/
#ifndef BYTENITE_TERMINAL_H
#define BYTENITE_TERMINAL_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* True when a file descriptor is a terminal. */
bool terminal_is(int descriptor);

/* The width of the terminal behind a file descriptor in columns; 0 when it is none, or does not tell. */
int terminal_width(int descriptor);

#pragma GCC visibility pop

#endif
