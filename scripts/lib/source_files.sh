# shellcheck shell=sh
# source_files.sh: the project's files by kind, for lint and format. To be sourced, from the project's folder.

existing() {
  for path in "$@"; do
    if [ -e "$path" ]; then printf '%s\n' "$path"; fi
  done
}

find_code() {
  # shellcheck disable=SC2046 # no path of ours has a space in it
  find $(existing src include lua bin spec examples bench docs scripts .ci) -type f "$@" | sort
}

c_sources() { find_code -path 'src/*.c'; }
c_files() { find_code -name '*.[ch]'; }
shell_files() { find_code ! -name '*.lua' -exec grep -lE -e '^#!/bin/(ba)?sh|^# shellcheck shell=' {} +; }
lua_files() {
  find_code -name '*.lua'
  find_code ! -name '*.lua' -exec grep -lE '^#!.*lua' {} +
  existing bytenite-scm-1.rockspec .busted .luacheckrc
}

# stylua is no Debian package. npm has it: a small package, and one with the program for each platform. It is kept in
# build/stylua. Prints the program's path; fails where it cannot be had.
stylua_version=2.5.2
find_stylua() {
  stylua=$PWD/build/stylua/node_modules/.bin/stylua
  if [ -x "$stylua" ] && [ "$("$stylua" --version)" = "stylua $stylua_version" ]; then
    echo "$stylua"
    return 0
  fi
  if command -v npm > /dev/null 2>&1 && [ "${BYTENITE_NO_INSTALL:-}" != 1 ]; then
    npm install --prefix build/stylua --no-save --no-audit --no-fund --ignore-scripts \
      "@johnnymorganz/stylua-bin@$stylua_version" > /dev/null 2>&1 || true
  fi
  if [ -x "$stylua" ] && "$stylua" --version > /dev/null 2>&1; then
    echo "$stylua"
  else
    command -v stylua
  fi
}
