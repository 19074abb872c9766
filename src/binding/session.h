/*
** session.h: the Lua class behind a client: a base address and one transport to it.
*/
#ifndef BYTENITE_SESSION_H
#define BYTENITE_SESSION_H

#include <lua.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "http/transport.h"

#pragma GCC visibility push(hidden)

typedef struct Session {
  Transport transport;
  Buffer base_url;            /* without a slash at the end */
  Buffer service;             /* percent-encoded */
  struct curl_slist *headers; /* of every API request */
  int free_exchanges;         /* on the free list */
  int turn;                   /* maximum number of owners that a step and the calls of `next` after it return */
  int left_in_turn;           /* number of owners that `next` may still return */
} Session;

/*
** User values of a session: a weak table of its exchanges by address, and the free list, which
** saves the allocation and finalizer of an exchange for every call.
*/
enum { SESSION_EXCHANGES = 1, SESSION_FREE_LIST, SESSION_USER_VALUES = SESSION_FREE_LIST };

enum { SESSION_MAX_FREE = 64 };

/*
** Appends to *headers a list of "Name: value" at `index`. Raises if an element is not a string.
*/
void session_add_headers(lua_State *L, int index, struct curl_slist **headers);

/* Returns the session at `index`. Raises if it is not one. */
Session *session_check(lua_State *L, int index);

/*
** Returns why the session cannot be used: "closed", "forked" (this is a child of the process that
** opened it), or NULL.
*/
const char *session_problem(const Session *session);

/* Registers the class and pushes the table of its methods. */
void session_register(lua_State *L);

/* core.session(options): makes a session. */
int session_new(lua_State *L);

#pragma GCC visibility pop

#endif
