/*
** session.h: the Lua class behind a client: a base address and one transport to it.
*/
#ifndef BYTENITE_SESSION_H
#define BYTENITE_SESSION_H

#include <lua.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "transport.h"

#pragma GCC visibility push(hidden)

typedef struct Session {
  Transport transport;
  Buffer base_url; /* without a slash at the end */
  Buffer service;  /* percent-encoded */
  int idle;        /* exchanges kept for the next calls */
} Session;

/*
** User values of a session: a weak table of its exchanges by their addresses; and a list of those that serve again, so that a call costs
** neither their memory nor their finalizer.
*/
enum { SESSION_EXCHANGES = 1, SESSION_IDLE, SESSION_USER_VALUES = SESSION_IDLE };

enum { SESSION_MAX_IDLE = 64 };

/* The session at `index`; raises when it is none. */
Session *session_check(lua_State *L, int index);

/* Why the session cannot be used: "closed", "forked" (this is a child of the process that opened it), or NULL: it can. */
const char *session_problem(const Session *session);

/* Makes the class known to a state and pushes the table of its methods. */
void session_register(lua_State *L);

/* core.session(options): a session. */
int session_new(lua_State *L);

#pragma GCC visibility pop

#endif
