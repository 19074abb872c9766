# shellcheck shell=sh
# c_host.sh: builds C programs that hold the core, for the harnesses. To be sourced after prepare.sh and environment.sh.

# static_core FOLDER [CMAKE-OPTION...]: builds the static library in FOLDER, libbytenite.a.
static_core() {
  scripts/build "$@" || return
  if ! cmake --build "$1" --target bytenite_static > "$1/build.log" 2>&1; then
    cat "$1/build.log" >&2
    return 1
  fi
}

# The name by which the linker finds Lua 5.4's library.
lua_library() {
  for library in lua5.4 lua-5.4 lua54 lua; do
    if echo 'int main(void) { return 0; }' | cc -x c - -o /dev/null "-l$library" 2> /dev/null; then
      echo "$library"
      return 0
    fi
  done
  say 'the library of Lua 5.4 was not found (liblua5.4-dev)'
  return 1
}

# core_objects FOLDER: the objects of which the static library in FOLDER was made, for a program that calls more than
# the library shows.
core_objects() {
  find "$1/CMakeFiles/bytenite_objects.dir" "$1/CMakeFiles/bytenite_static.dir" -name '*.o'
}

# host_flags FOLDER [OBJECT...]: what compiles and links such a program, after its sources: against the static library in
# FOLDER, or against these objects.
host_flags() {
  include=$(sed -n 's/^LUA_INCLUDE_DIR:PATH=//p' "$1/CMakeCache.txt")
  library=$(lua_library) || return 1
  archive=$1/libbytenite.a
  shift
  echo "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Iinclude -Isrc -isystem $include" \
    "${*:-$archive} -l$library -lcurl -lpthread -lm"
}
