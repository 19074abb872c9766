/*
** console.h: what the command line needs of the system. The module itself uses none of it.
*/
#ifndef BYTENITE_CONSOLE_H
#define BYTENITE_CONSOLE_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* core.is_terminal(descriptor): whether a file descriptor is a terminal. */
int console_is_terminal(lua_State *L);

/*
** core.terminal_size(descriptor): the columns and rows of the terminal behind a file descriptor,
** each nil when it does not tell.
*/
int console_terminal_size(lua_State *L);

/*
** core.read_hidden(descriptor, prompt): asks for a line on a terminal that does not show what is
** typed. Returns the line; nil at the end of the input or after Ctrl-C; false if the terminal
** cannot hide it.
*/
int console_read_hidden(lua_State *L);

/*
** core.ignore_broken_pipes(): lets a write to a pipe that has no reader fail, instead of ending the
** process.
*/
int console_ignore_broken_pipes(lua_State *L);

#pragma GCC visibility pop

#endif
