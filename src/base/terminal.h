/*
** terminal.h: terminals, for the command line.
*/
#ifndef BYTENITE_TERMINAL_H
#define BYTENITE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Returns true if a file descriptor is a terminal. */
bool terminal_is(int descriptor);

typedef struct TerminalSize {
  int columns;
  int rows;
} TerminalSize;

/* Returns the size of a terminal; zeros if it is unknown or the descriptor is not a terminal. */
TerminalSize terminal_size(int descriptor);

enum { TERMINAL_LINE = 4096 }; /* maximum bytes of a line from a terminal */

typedef enum TerminalReading {
  TERMINAL_READ,        /* a line, or the end of the input */
  TERMINAL_INTERRUPTED, /* by a signal that did not end the process, such as Ctrl-C */
  TERMINAL_NOT_HIDDEN,  /* the terminal cannot hide what is typed */
} TerminalReading;

/*
** Asks for a line on a terminal and hides what is typed, except for the end of the line. Drops what
** was typed before. Restores the terminal before a signal ends or stops the process or is handled.
** Sets `length` to the bytes of the line, including its line break; 0 at the end of the input.
*/
TerminalReading terminal_read_hidden(int descriptor, const char *prompt, char line[TERMINAL_LINE], size_t *length);

#pragma GCC visibility pop

#endif
