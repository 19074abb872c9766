/*
** terminal.c: a Lua module for specs: programs that run in their own pseudo-terminal.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <util.h>
#elif defined(__FreeBSD__)
#include <libutil.h>
#else
#include <pty.h>
#endif

/* terminal.start(command, columns): runs a command line of the shell. Returns the other end of the
** terminal, and the process id. */
static int terminal_start(lua_State *L) {
  const char *command = luaL_checkstring(L, 1);
  struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)luaL_checkinteger(L, 2)};
  int descriptor = -1;
  const pid_t child = forkpty(&descriptor, NULL, NULL, &size);
  if (child < 0) return luaL_error(L, "forkpty failed");
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  lua_pushinteger(L, descriptor);
  lua_pushinteger(L, child);
  return 2;
}

/* terminal.read(descriptor, milliseconds): returns new output; "" if there is none in this time;
** nil if the program has ended. */
static int terminal_read(lua_State *L) {
  struct pollfd wanted = {.fd = (int)luaL_checkinteger(L, 1), .events = POLLIN};
  char bytes[4096];
  const int ready = poll(&wanted, 1, (int)luaL_checkinteger(L, 2));
  if (ready <= 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  const ssize_t count = read(wanted.fd, bytes, sizeof bytes);
  if (count <= 0) return 0; /* Linux: EIO once no process has the terminal open */
  lua_pushlstring(L, bytes, (size_t)count);
  return 1;
}

/* terminal.write(descriptor, text): types a text. */
static int terminal_write(lua_State *L) {
  size_t length;
  const int descriptor = (int)luaL_checkinteger(L, 1);
  const char *text = luaL_checklstring(L, 2, &length);
  lua_pushboolean(L, write(descriptor, text, length) == (ssize_t)length);
  return 1;
}

/* terminal.finish(descriptor, process): closes the terminal and waits for the process. Returns
** its exit status, or the negative number of the signal that ended it. */
static int terminal_finish(lua_State *L) {
  int status = 0;
  close((int)luaL_checkinteger(L, 1));
  while (waitpid((pid_t)luaL_checkinteger(L, 2), &status, 0) < 0 && errno == EINTR) {
  }
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 1;
}

/* terminal.kill(process): kills the process. */
static int terminal_kill(lua_State *L) {
  kill((pid_t)luaL_checkinteger(L, 1), SIGKILL);
  return 0;
}

static const luaL_Reg functions[] = {
  {"start", terminal_start},   {"read", terminal_read}, {"write", terminal_write},
  {"finish", terminal_finish}, {"kill", terminal_kill}, {NULL, NULL},
};

int luaopen_terminal(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
