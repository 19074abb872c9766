/*
** exchange_parts.h: the exchange, for its own files: exchange.c (the request), exchange_response.c
** and exchange_stream.c.
*/
#ifndef BYTENITE_EXCHANGE_PARTS_H
#define BYTENITE_EXCHANGE_PARTS_H

#include <lauxlib.h>

#include "api/schema.h"
#include "binding/exchange.h"

#pragma GCC visibility push(hidden)

/*
** The response to the last attempt. It belongs to the exchange, not to the transfer: a finalizer
** may close the client, and with it free the transfer, while a response is turned into Lua values.
*/
typedef struct Response {
  TransferOutcome outcome;
  long status;
  bool was_sent;
  bool is_final;     /* another attempt cannot help */
  long proxy_status; /* of a proxy that refused to connect; else 0 */
  Buffer body;
  Buffer problem; /* why there is no response */
} Response;

typedef struct Exchange {
  Session *session;
  Transfer *transfer;        /* NULL before the first attempt and after a release */
  bool needs_new_connection; /* the previous attempt got no response */
  const char *method;
  const Schema *result;
  bool streams;          /* its bodies are streamed */
  long long stream_size; /* if it streams: bytes of the request body; negative: it has none */
  bool decodes;          /* if it streams: undoes a Content-Encoding of the response */
  Buffer url;
  Buffer body;
  bool has_body;
  bool is_for_service; /* goes to the address of the session, not to a signed URL */
  bool is_api_call;    /* gets the headers of the session; signed URLs never do */
  struct curl_slist *headers;
  Response response;
  bool has_response;
  bool is_free; /* on the free list: no method may use it */
  bool is_read; /* the response body is being turned into Lua values */
} Exchange;

/*
** A userdata of the class has a pointer, because libcurl and the transport point into the exchange.
** If Lua has no memory even to call the finalizer, the exchange leaks, but nothing points to freed
** memory.
*/
typedef struct Handle {
  Exchange *exchange;
} Handle;

/*
** Returns the exchange at stack index 1; NULL if its finalizer has run, which may be before the
** finalizers of objects that still use it.
*/
Exchange *exchange_find(lua_State *L);

/* Returns the exchange at stack index 1. Raises if there is none. */
Exchange *exchange_check(lua_State *L);

/*
** Returns the exchange at stack index 1. Raises if there is none, or if its response is being read:
** a finalizer that runs meanwhile must neither read it nor start the exchange again.
*/
Exchange *exchange_check_ready(lua_State *L);

/* Raises "not enough memory" if `has_memory` is false. */
void check_memory(lua_State *L, bool has_memory);

/* Replaces the additional headers of the request by a list of "Name: value" at `index`. */
void exchange_set_headers(lua_State *L, int index, Exchange *exchange);

/*
** Pushes the results of exchange:outcome() (see exchange_response.c). Returns their number.
*/
int exchange_push_outcome(lua_State *L, Exchange *exchange);

/* Methods of exchange_response.c and exchange_stream.c, each ended by a NULL name. */
extern const luaL_Reg response_methods[];
extern const luaL_Reg stream_methods[];

#pragma GCC visibility pop

#endif
