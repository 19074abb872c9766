/*
** segments.c: a Lua module for specs: how the kernel has sent a connection's bytes (Linux).
*/
#include <arpa/inet.h>
#include <lauxlib.h>
#include <linux/tcp.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { MOST_DESCRIPTORS = 1024 };

static bool leads_to(int descriptor, lua_Integer port) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  return getpeername(descriptor, (struct sockaddr *)&address, &length) == 0 && address.sin_family == AF_INET &&
         ntohs(address.sin_port) == port;
}

/* segments.sent(port): returns the number of segments with data that this process has sent on its
** connections to a port; nil if unknown. */
static int segments_sent(lua_State *L) {
  const lua_Integer port = luaL_checkinteger(L, 1);
  lua_Integer sent = 0;
  for (int descriptor = 0; descriptor < MOST_DESCRIPTORS; descriptor++) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (!leads_to(descriptor, port)) continue;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
    if (length < offsetof(struct tcp_info, tcpi_data_segs_out) + sizeof info.tcpi_data_segs_out) return 0;
    sent += info.tcpi_data_segs_out;
  }
  lua_pushinteger(L, sent);
  return 1;
}

int luaopen_segments(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, segments_sent);
  lua_setfield(L, -2, "sent");
  return 1;
}
