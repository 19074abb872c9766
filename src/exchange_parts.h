/*
** exchange_parts.h: one call on the wire, as the files that make it up see it: exchange.c (the request), answer.c and exchange_stream.c.
*/
#ifndef BYTENITE_EXCHANGE_PARTS_H
#define BYTENITE_EXCHANGE_PARTS_H

#include <lauxlib.h>

#include "api/schema.h"
#include "exchange.h"

#pragma GCC visibility push(hidden)

/*
** What a sending came to. It is the exchange's own: a finalizer that closes the client while an answer is turned into Lua values
** takes the transfer away, not this.
*/
typedef struct Answer {
  TransferOutcome outcome;
  long status;
  bool was_sent;
  bool certificate_refused;
  double retry_after; /* seconds; 0: the answer does not say */
  Buffer body;
  Buffer problem; /* libcurl's words, where there is no answer */
} Answer;

typedef struct Exchange {
  Session *session;
  Transfer *transfer; /* NULL before the first sending and after a release */
  const char *method;
  const Schema *result;
  bool streams;          /* its bodies go through in pieces */
  long long stream_size; /* bytes of the request's body then; negative: it has none */
  Buffer url;
  Buffer body;
  bool has_body;
  struct curl_slist *headers;
  Answer answer;
  bool has_answer;
  bool is_read; /* the answer's body is being turned into Lua values */
} Exchange;

/*
** A userdata of the class holds a pointer: the exchange itself lies outside of Lua's memory, since libcurl and the transport point
** into it. Should Lua have no memory even to call the finalizer, it is lost, but nothing points to where it was.
*/
typedef struct Handle {
  Exchange *exchange;
} Handle;

/* The exchange at stack index 1; NULL once its finalizer has run, as it may have before those of objects that still use it. */
Exchange *exchange_find(lua_State *L);

/* The same; raises where there is none. */
Exchange *exchange_check(lua_State *L);

/* Raises unless there is memory. */
void check_memory(lua_State *L, bool has_memory);

/* Takes the further headers of the request from a list of "Name: value" at `index`, in place of those it has. */
void exchange_set_headers(lua_State *L, int index, Exchange *exchange);

/* Methods of answer.c and exchange_stream.c, each ended by a NULL name. */
extern const luaL_Reg answer_methods[];
extern const luaL_Reg stream_methods[];

#pragma GCC visibility pop

#endif
