/*
** exchange_stream.c: streams the bodies of exchanges.
*/
#include "binding/box.h"
#include "binding/exchange_parts.h"

/*
** Returns the transfer in flight or just ended; NULL if there is none, or if it belongs to the
** parent of this process.
*/
static Transfer *find_transfer(const Exchange *exchange) {
  if (exchange == NULL || session_problem(exchange->session) != NULL) return NULL;
  return exchange->transfer;
}

/*
** exchange:stream(size, decodes): streams its bodies from now on. `size` is the size of the request
** body in bytes, nil if it has none. If `decodes`, a Content-Encoding is undone.
*/
static int exchange_stream(lua_State *L) {
  Exchange *exchange = exchange_check(L);
  exchange->stream_size = luaL_optinteger(L, 2, -1);
  exchange->streams = true;
  exchange->decodes = lua_toboolean(L, 3);
  return 0;
}

/*
** exchange:set_headers(headers): sends these additional headers, a list of "Name: value", from the
** next attempt on.
*/
static int set_headers(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  exchange_set_headers(L, 2, exchange_check(L));
  return 0;
}

/* exchange:has_ended(): returns whether the attempt has ended, successfully or not. */
static int exchange_has_ended(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushboolean(L, transfer == NULL || transfer_has_ended(transfer));
  return 1;
}

/* exchange:status(): returns the status of the response; 0 before it has arrived. */
static int exchange_status(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushinteger(L, transfer != NULL ? transfer_status(transfer) : 0);
  return 1;
}

/*
** exchange:was_sent(): returns whether the request of the attempt in flight or just ended may have
** left; nil if unknown.
*/
static int exchange_was_sent(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  if (transfer == NULL) return 0;
  lua_pushboolean(L, transfer_was_sent(transfer));
  return 1;
}

/* exchange:wanted(): returns how many bytes of the request body it wants now. */
static int exchange_wanted(lua_State *L) {
  const Transfer *transfer = find_transfer(exchange_find(L));
  lua_pushinteger(L, transfer != NULL ? (lua_Integer)transfer_wanted(transfer) : 0);
  return 1;
}

/* exchange:feed(bytes): adds the next bytes of the request body. */
static int exchange_feed(lua_State *L) {
  size_t count;
  const char *bytes = luaL_checklstring(L, 2, &count);
  Transfer *transfer = find_transfer(exchange_find(L));
  check_memory(L, transfer == NULL || transfer_feed(transfer, bytes, count));
  return 0;
}

/* exchange:take(): returns the bytes of the response that have arrived since the last call. */
static int exchange_take(lua_State *L) {
  Buffer *bytes = buffer_push(L);
  Transfer *transfer = find_transfer(exchange_find(L));
  if (transfer != NULL) transfer_take(transfer, bytes);
  lua_pushlstring(L, buffer_text(bytes), bytes->length);
  buffer_free(bytes);
  return 1;
}

const luaL_Reg stream_methods[] = {
  {"stream", exchange_stream}, {"set_headers", set_headers},    {"has_ended", exchange_has_ended},
  {"status", exchange_status}, {"was_sent", exchange_was_sent}, {"wanted", exchange_wanted},
  {"feed", exchange_feed},     {"take", exchange_take},         {NULL, NULL},
};
