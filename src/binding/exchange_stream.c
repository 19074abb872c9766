/*
** exchange_stream.c: exchanges whose bodies go through in pieces.
*/
#include "binding/box.h"
#include "binding/exchange_parts.h"

/* The transfer under way or just ended; NULL when there is none, or it is the parent's of this process. */
static Transfer *find_transfer(const Exchange *exchange) {
  if (exchange == NULL || session_problem(exchange->session) != NULL) return NULL;
  return exchange->transfer;
}

/* exchange:stream(size): from now on its bodies go through in pieces. `size` is that of the request's body in bytes; nil: it has none. */
static int exchange_stream(lua_State *L) {
  Exchange *exchange = exchange_check(L);
  exchange->stream_size = luaL_optinteger(L, 2, -1);
  exchange->streams = true;
  return 0;
}

/* exchange:set_headers(headers): sends these further headers, a list of "Name: value", from the next sending on. */
static int set_headers(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  exchange_set_headers(L, 2, exchange_check(L));
  return 0;
}

/* exchange:has_ended(): whether the sending has come to an end, good or bad. */
static int exchange_has_ended(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushboolean(L, transfer == NULL || transfer_has_ended(transfer));
  return 1;
}

/* exchange:status(): that of the answer, as far as it has come; 0 before. */
static int exchange_status(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushinteger(L, transfer != NULL ? transfer_status(transfer) : 0);
  return 1;
}

/* exchange:wanted(): how many bytes of the request's body it waits for; 0 when it does not. */
static int exchange_wanted(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushinteger(L, transfer != NULL ? (lua_Integer)transfer_wanted(transfer) : 0);
  return 1;
}

/* exchange:feed(bytes): the next bytes of the request's body. */
static int exchange_feed(lua_State *L) {
  size_t count;
  const char *bytes = luaL_checklstring(L, 2, &count);
  Transfer *transfer = find_transfer(exchange_find(L));
  check_memory(L, transfer == NULL || transfer_feed(transfer, bytes, count));
  return 0;
}

/* exchange:take(): the bytes of the answer that have come since the last time. */
static int exchange_take(lua_State *L) {
  Buffer *bytes = buffer_push(L);
  Transfer *transfer = find_transfer(exchange_find(L));
  if (transfer != NULL) transfer_take(transfer, bytes);
  lua_pushlstring(L, buffer_text(bytes), bytes->length);
  buffer_free(bytes);
  return 1;
}

const luaL_Reg stream_methods[] = {
  {"stream", exchange_stream}, {"set_headers", set_headers}, {"has_ended", exchange_has_ended}, {"status", exchange_status},
  {"wanted", exchange_wanted}, {"feed", exchange_feed},      {"take", exchange_take},           {NULL, NULL},
};
