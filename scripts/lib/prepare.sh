# shellcheck shell=sh
# prepare.sh: finds what this machine lacks and installs it. To be sourced, from the project's folder.
#
#   prepare SET...      makes sure that everything of these sets is there, or ends the script with the reason
#
# BYTENITE_NO_INSTALL=1 installs nothing and says what is missing. Nothing is asked of the package manager while all
# is there, so a second run costs a blink. apt is the manager that is tested; the others are a best effort.

# Every dependency, once: its sets, the proof that it is there, the packages that bring it (apt, dnf, apk, brew; "-"
# stands for none, "rock:NAME" for a rock that LuaRocks puts into build/rocks), its reason. Commas join several.
dependencies() {
  cat << 'EOF_DEPENDENCIES'
demo          command:cc                               gcc                   gcc                  gcc                -               compiles the C core
demo          header:stdio.h                           libc6-dev             glibc-devel          musl-dev           -               the C library's headers
demo          command:cmake                            cmake                 cmake                cmake              cmake           drives the build
demo          command:make                             make                  make                 make               -               runs the build that CMake writes
demo          command:lua5.4                           lua5.4                lua                  lua5.4             lua@5.4         runs the module and the examples
demo          header:lua.h                             liblua5.4-dev         lua-devel            lua5.4-dev         lua@5.4         declares Lua's C API (the library is not linked)
demo          header:curl/curl.h                       libcurl4-openssl-dev  libcurl-devel        curl-dev           -               libcurl makes the HTTP calls
demo          command:luarocks                         -                     luarocks             luarocks5.4        luarocks        builds the rocks below where they are no packages
demo          header:openssl/ssl.h                     -                     openssl-devel        openssl-dev        openssl         lets LuaRocks build the rock luaossl
demo          lua:cjson                                lua-cjson             rock:lua-cjson       rock:lua-cjson     rock:lua-cjson  reads what is no API object, and its null is ours
demo          lua:http.server                          lua-http              rock:http            rock:http          rock:http       serves the sandbox (HTTP/1.1, HTTP/2, TLS)
demo          lua:argparse                             lua-argparse          rock:argparse        rock:argparse      rock:argparse   reads the command lines
demo          command:prlimit                          util-linux            util-linux           util-linux-misc    -               limits the programs of building blocks
demo          command:setpriv                          util-linux            util-linux           setpriv            -               ends the programs of building blocks with the sandbox
test          lua:luasql.sqlite3                       lua-sql-sqlite3       rock:luasql-sqlite3  rock:luasql-sqlite3 rock:luasql-sqlite3 keeps the sandbox's jobs, where it has a data folder
test          command:bwrap                            bubblewrap            bubblewrap           bubblewrap         -               confines programs of building blocks, as a launcher
test          command:gm                               graphicsmagick        GraphicsMagick       graphicsmagick     graphicsmagick  makes the thumbnails of examples/blocks
test          lua:busted.runner                        lua-busted            rock:busted          rock:busted        rock:busted     runs the specs
demo          lua:luv                                  lua-luv               rock:luv             rock:luv          rock:luv        starts the programs of building blocks, and is a loop we have an adapter for
test          lua:socket.core                          lua-socket            rock:luasocket       rock:luasocket    rock:luasocket  its select, for specs and example of the protocol for event loops
test          command:luarocks                         luarocks              luarocks             luarocks5.4        luarocks        installs the rock for spec/project/install_spec.lua
test          command:readelf                          binutils              binutils             binutils           -               shows what the module exports and links
test          command:git                              git                   git                  git                 git             has the release that spec/packaging makes
test          command:ninja                            ninja-build           ninja-build          samurai             ninja           builds the consumers of spec/packaging
test          command:pkg-config                       pkgconf               pkgconf              pkgconf             pkgconf         tells them how to link the static library
test          header:lua-cjson.h                       lua-cjson-dev         -                    -                   -               its static library, for a host that has all in one file
test          command:curl                             curl                  curl                 curl               -               another client, for the sandbox
test          file:/etc/ssl/certs/ca-certificates.crt  ca-certificates       -                    -                  -               the authorities that libcurl trusts where a spec names none
test          command:localedef                        libc-bin              glibc-common         -                  -               makes the locale with a decimal comma
test          file:/usr/share/i18n/locales/de_DE       locales               glibc-locale-source  -                  -               the source of that locale
lint          command:clang-format                     clang-format          clang-tools-extra    clang-extra-tools  clang-format    checks the layout of the C code
lint          command:clang-tidy                       clang-tidy            clang-tools-extra    clang-extra-tools  llvm            looks for mistakes in the C code
lint          command:luacheck                         lua-check             rock:luacheck        rock:luacheck      rock:luacheck   looks for mistakes in the Lua code
lint          command:shellcheck                       shellcheck            ShellCheck           shellcheck         shellcheck      looks for mistakes in the scripts
memory,bench  command:valgrind                         valgrind              valgrind             valgrind           -               watches the memory accesses of the specs, and counts the instructions of a call
bench         command:nginx                            nginx-light           nginx                nginx              nginx           answers the calls that are measured
bench         command:openssl                          openssl               openssl              openssl            openssl         makes the certificate of that server
bench         command:gnuplot                          gnuplot-nox           gnuplot              gnuplot            gnuplot         draws the plots of what was measured
peers         python:requests                          python3-requests      python3-requests     py3-requests       -               a client of Python, which users know
peers         python:aiohttp                           python3-aiohttp       python3-aiohttp      py3-aiohttp        -               a client of Python for many calls at once
peers         command:node                             nodejs                nodejs               nodejs             node            its fetch is the client that users of JavaScript know
peers         lua:socket.core                          lua-socket            rock:luasocket       rock:luasocket     rock:luasocket  the client of Lua that is most in use
peers         lua:ssl                                  lua-sec               rock:luasec          rock:luasec        rock:luasec     TLS for it
contract      command:node                             nodejs                nodejs               nodejs             node               runs Prism, which holds the calls against the contract
contract      command:npm                              npm                   nodejs-npm           npm                -                  fetches Prism
servers       command:nginx                            nginx-light           nginx                nginx                nginx           stands in front of our backend
servers       command:haproxy                          haproxy               haproxy              haproxy              haproxy         stands in front of our backend
servers       command:apache2                          apache2-bin           httpd,mod_ssl,mod_http2 apache2,apache2-ssl,apache2-http2,apache2-proxy httpd stands in front of our backend
servers       command:openssl                          openssl               openssl              openssl              openssl         makes the certificates of those servers
slurm         command:slurmctld                        slurmctld             slurm-slurmctld      -                  -               schedules programs of building blocks, as srun asks for it
slurm         command:slurmd                           slurmd                slurm-slurmd         slurm              -               runs them on the one node of that cluster
slurm         command:srun                             slurm-client          slurm                slurm              -               is the launcher that scripts/slurm tests
fresh         command:debootstrap                      debootstrap           debootstrap          debootstrap        -               makes the bare root for make fresh
EOF_DEPENDENCIES
}

say() {
  printf 'bytenite: %s\n' "$*" >&2
}

# The command that is Lua 5.4 on this machine. Plain `lua` may be any version, so it is asked.
find_lua() {
  for candidate in lua5.4 lua-5.4 lua54 lua; do
    if command -v "$candidate" > /dev/null 2>&1 && "$candidate" -e 'os.exit(_VERSION == "Lua 5.4")' > /dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

find_luarocks() {
  command -v luarocks || command -v luarocks-5.4
}

# Where Lua 5.4 and C headers may live beside the compiler's own folders.
header_folders="/usr/include/lua5.4 /usr/include/lua54 /usr/local/include/lua5.4
  /opt/homebrew/opt/lua@5.4/include/lua /opt/homebrew/opt/openssl/include /usr/local/opt/lua@5.4/include/lua /usr/local/opt/openssl/include"

has_header() {
  flags=
  for folder in $header_folders; do
    if [ -d "$folder" ]; then flags="$flags -I$folder"; fi
  done
  # not through a pipe, which complains if there is no cc to read it
  # shellcheck disable=SC2086 # the flags are words of ours
  cc -E $flags - > /dev/null 2>&1 << EOF_C
#include <$1>
EOF_C
}

# Is the module on the path of Lua 5.4? (environment.sh has set the path)
has_lua_module() {
  lua=$(find_lua) || return 1
  "$lua" - "$1" << 'EOF_LUA' > /dev/null 2>&1
local name = ...
assert(package.searchpath(name, package.path) or package.searchpath(name, package.cpath))
EOF_LUA
}

# The Python that has a module: first the system's, which has the packages; plain `python3` may be another one.
find_python() {
  for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c "import $1" > /dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

is_there() {
  case $1 in
    command:lua5.4) find_lua > /dev/null ;;
    command:apache2) command -v apache2 > /dev/null 2>&1 || command -v httpd > /dev/null 2>&1 ;;
    command:luarocks) find_luarocks > /dev/null 2>&1 ;;
    command:*) command -v "${1#command:}" > /dev/null 2>&1 ;;
    header:*) has_header "${1#header:}" ;;
    lua:*) has_lua_module "${1#lua:}" ;;
    python:*) find_python "${1#python:}" > /dev/null ;;
    file:*) [ -e "${1#file:}" ] ;;
  esac
}

find_manager() {
  if command -v apt-get > /dev/null 2>&1; then
    echo apt
  elif command -v dnf > /dev/null 2>&1; then
    echo dnf
  elif command -v apk > /dev/null 2>&1; then
    echo apk
  elif command -v brew > /dev/null 2>&1; then
    echo brew
  else
    echo none
  fi
}

# The rows of the named sets whose proof fails: "proof package reason", one a line.
missing_rows() {
  manager=$1
  shift
  dependencies | while read -r sets proof apt dnf apk brew reason; do
    wanted=
    for set in "$@"; do
      case ,$sets, in *,"$set",*) wanted=yes ;; esac
    done
    if [ -z "$wanted" ]; then continue; fi
    case $manager in
      apt) package=$apt ;;
      dnf) package=$dnf ;;
      apk) package=$apk ;;
      brew) package=$brew ;;
      *) package=${proof#*:} ;;
    esac
    if [ "$package" != - ] && ! is_there "$proof"; then
      printf '%s %s %s\n' "$proof" "$package" "$reason"
    fi
  done
}

# The packages among those rows (kind "package"), or the rocks (kind "rock"), each once, in one line.
packages_of() {
  kind=$1
  printf '%s\n' "$2" | while read -r proof package reason; do
    case $package in
      rock:*) if [ "$kind" = rock ]; then echo "${package#rock:}"; fi ;;
      ?*) if [ "$kind" = package ]; then echo "$package" | tr , '\n'; fi ;;
    esac
  done | awk '!seen[$0]++' | paste -s -d ' ' -
}

# The command that installs these packages, as a newcomer would type it.
install_command() {
  manager=$1
  shift
  case $manager in
    apt) echo "apt-get update && apt-get install -y --no-install-recommends $*" ;;
    dnf) echo "dnf install -y $*" ;;
    apk) echo "apk add $*" ;;
    brew) echo "brew install $*" ;;
  esac
}

# Runs a command line quietly; its output is shown when it fails.
quietly() {
  log=$(mktemp)
  if sh -c "$1" > "$log" 2>&1 < /dev/null; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    say "this failed: $1"
    return 1
  fi
}

# Shows what a package manager is doing, from its output: a line of its own each, or one that changes on a terminal.
show_progress() {
  while IFS= read -r line; do
    case $line in
      Get:*\ *\ *\ *\ *\ *\ *) line="fetching $(echo "$line" | cut -d ' ' -f 5)" ;;
      'Unpacking '*) line=$(echo "$line" | cut -d ' ' -f 1-2) ;;
      'Setting up '*) line=$(echo "$line" | cut -d ' ' -f 1-3) ;;
      'Waiting '* | Installing* | \(* | '==> '* | 'gcc '*) ;;
      *) continue ;;
    esac
    if [ -t 2 ]; then printf '\r\033[K  %.70s' "$line" >&2; else printf '  %.70s\n' "$line" >&2; fi
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# Runs a command line and shows its progress; all of its output when it fails.
with_progress() {
  log=$(mktemp)
  { sh -c "$1" 2>&1 < /dev/null || echo failed > "$log.failed"; } | tee "$log" | show_progress
  if [ ! -e "$log.failed" ]; then
    rm -f "$log"
    return 0
  fi
  cat "$log" >&2
  rm -f "$log" "$log.failed"
  return 1
}

install_packages() {
  manager=$1
  shift
  command_line=$(install_command "$manager" "$@")
  if [ "$(id -u)" = 0 ] || [ "$manager" = brew ]; then
    as_root=
  elif command -v sudo > /dev/null 2>&1 && sudo -n true 2> /dev/null; then
    as_root='sudo -n'
  else
    say "missing: $*"
    say "run this as root, then $0 again: $command_line"
    exit 1
  fi
  say "installing: $*"
  case $manager in
    # A machine that has just started may still be updating itself: wait for its lock.
    apt) options='-q -o DPkg::Lock::Timeout=300'
      with_progress "$as_root apt-get $options update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get $options install -y --no-install-recommends $*" ;;
    *) with_progress "$as_root $command_line" ;;
  esac || {
    say "the packages could not be installed, see above: check the network and where $manager fetches from, then run $0 again"
    exit 1
  }
}

install_rocks() {
  luarocks=$(find_luarocks) || return 0
  for rock in "$@"; do
    say "building the rock $rock in build/rocks"
    with_progress "'$luarocks' --lua-version 5.4 --tree build/rocks install $rock" || {
      say "the rock $rock could not be built, see above: check the network, then run $0 again"
      exit 1
    }
  done
}

prepare() {
  manager=$(find_manager)
  rows=$(missing_rows "$manager" "$@")
  if [ -z "$rows" ]; then return 0; fi
  if [ "${BYTENITE_NO_INSTALL:-}" = 1 ]; then
    say "missing:"
    printf '%s\n' "$rows" | while read -r proof package reason; do
      printf '  %-28s %s (package: %s)\n' "${proof#*:}" "$reason" "$package" >&2
    done
    # shellcheck disable=SC2046 # words
    next=$(install_command "$manager" $(packages_of package "$rows"))
    say "BYTENITE_NO_INSTALL=1 forbids to install that; as root${next:+: $next}"
    exit 1
  fi
  if [ "$manager" = none ]; then
    say "none of apt, dnf, apk and brew is here: install by hand, then run $0 again: $(packages_of package "$rows")"
    exit 1
  fi
  packages=$(packages_of package "$rows")
  rocks=$(packages_of rock "$rows")
  # shellcheck disable=SC2086 # lists of words
  if [ -n "$packages" ]; then install_packages "$manager" $packages; fi
  # shellcheck disable=SC2086
  if [ -n "$rocks" ]; then install_rocks $rocks; fi
  rows=$(missing_rows "$manager" "$@")
  if [ -n "$rows" ]; then
    say "not found though installed: $(printf '%s\n' "$rows" | awk '{ sub(/^[^:]*:/, "", $1); print $1 " (" $2 ")" }' | paste -s -d , -)." \
      'Is another version first on PATH?'
    exit 1
  fi
}
