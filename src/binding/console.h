/*
** console.h: system functions for the command line. The module itself uses none of them.
*/
#ifndef BYTENITE_CONSOLE_H
#define BYTENITE_CONSOLE_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* core.is_terminal(descriptor): returns whether a file descriptor is a terminal. */
int console_is_terminal(lua_State *L);

/*
** core.terminal_size(descriptor): returns the columns and rows of a terminal, each nil if unknown.
*/
int console_terminal_size(lua_State *L);

/*
** core.read_hidden(descriptor, prompt): asks for a line on a terminal that does not show what is
** typed. Returns the line; nil at the end of the input or after Ctrl-C; false if the terminal
** cannot hide it.
*/
int console_read_hidden(lua_State *L);

/*
** core.ignore_broken_pipes(): makes a write to a pipe without a reader fail, instead of ending the
** process.
*/
int console_ignore_broken_pipes(lua_State *L);

#pragma GCC visibility pop

#endif
