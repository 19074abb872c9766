# shellcheck shell=sh disable=SC2154,SC2034
# common.sh: code that the scripts of the benchmark share: options, tools, programs, notes of measurements. To be sourced from
# the project's folder.
. scripts/lib/environment.sh
. scripts/lib/prepare.sh
. bench/server.sh

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 3
}

# read_options NAMES ARGUMENT...: reads the command line. --quick and --write set $quick and $readme, --NAME N the variable of
# that name, which is empty if it is not given; --help prints the comment at the head of the script.
read_options() {
  names=$1 quick='' readme=''
  shift
  for name in $names; do eval "$name="; done
  while [ $# -gt 0 ]; do
    case $1 in
      --quick) quick=yes ;;
      --write) readme=bench/README.md ;;
      --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "bench/${0##*/}" && exit 0 ;;
      *)
        read_option "$@"
        shift
        ;;
    esac
    shift
  done
  if [ -n "$quick" ] && [ -n "$readme" ]; then fail 'a quick run is not for the README: leave out --quick or --write'; fi
}

# read_option --NAME [VALUE ...]: sets the variable that an option names. All but --before take numbers.
read_option() {
  case " $names " in *" ${1#--} "*) ;; *) fail "unknown option $1; try --help" ;; esac
  case $1,${2:-} in
    --before,?*) ;;
    --before, | *,0 | *, | *,*[!0-9]* | *,??????????*) fail "$1 takes a value, a number above 0 where it counts" ;;
  esac
  eval "${1#--}=\$2"
}

# note WORD...: adds a line to the notes that the report reads.
note() {
  printf '%s\n' "$*" >> "$samples"
}

# progress WORD...: reports progress on a terminal.
progress() {
  if [ -t 2 ]; then printf 'bench: %s\n' "$*" >&2; fi
}

clean_up() {
  stop_server
  rm -rf "$scratch"
}

# Finds or installs what is needed, and sets the environment of the programs. $token is the length of the access token; libcurl
# 7.88 copies headers byte by byte, so a long one would cost the same in all rows and hide their differences.
set_up() {
  PATH=$PATH:/usr/sbin:/sbin # nginx lives there
  prepare demo bench
  forget_settings
  for tool in nginx openssl taskset; do
    command -v "$tool" > /dev/null 2>&1 || fail "$tool is missing (Debian: apt-get install nginx-light openssl util-linux)"
  done
  lua=$(find_lua)
  include_flags=
  for folder in $header_folders; do
    if [ -d "$folder" ]; then include_flags="$include_flags -isystem $folder"; fi
  done
  programs=build/bench
  mkdir -p "$programs"
  LUA_PATH="$PWD/bench/lib/?.lua;$LUA_PATH"
  LUA_CPATH="$PWD/$programs/?.so;$LUA_CPATH"
  BENCH_JOB_ID=a94d2c17-5b60-4e8f-b3d1-07c6e2f95a48
  BENCH_TOKEN=$(printf "%0${token:-40}d" 0 | tr 0 t)
  export BENCH_JOB_ID BENCH_TOKEN
  server=
  scratch=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  samples=$scratch/samples
  : > "$samples"
}

# find_cores: sets $core, the last one that this process may use, and $other_core, the first, which may be the same.
find_cores() {
  core=$(taskset -cp $$ | sed 's/.*[^0-9]//')
  other_core=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')
}

# compile OUTPUT ARGUMENT...: builds a program of the benchmark in build/bench.
compile() {
  output=$programs/$1
  shift
  cc -std=c11 -D_XOPEN_SOURCE=700 -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -o "$output" "$@" ||
    fail "$output could not be built"
}

# compile_module NAME SOURCE...: builds a Lua module in C, which links libcurl.
compile_module() {
  name=$1
  shift
  # shellcheck disable=SC2086 # words
  compile "$name.so" -shared -fPIC $include_flags "$@" -lcurl
}

build_programs() {
  compile meter bench/meter.c
  compile free_ports bench/free_ports.c
  compile curl_loop bench/curl_loop.c bench/connection.c -lcurl
}

compile_multi_loops() {
  compile multi_loop bench/multi_loop.c bench/multi.c bench/connection.c -lcurl
  compile_module multi_cjson_loop bench/multi_cjson_loop.c bench/multi.c bench/cjson_calls.c bench/connection.c
}

# Succeeds if the module builds and loads; otherwise $scratch/problem has the reason.
build_module() {
  scripts/build build 2> "$scratch/problem" && "$lua" -e 'require "bytenite"' 2> "$scratch/problem"
}

# count_instructions DOOR COMMAND...: prints the instructions of a command, counted by callgrind. The door may be none.
count_instructions() {
  door=$1
  shift
  through "$door" timeout --foreground 300 taskset -c "$core" valgrind --tool=callgrind \
    --compress-strings=no --compress-pos=no --callgrind-out-file="$scratch/callgrind.out" "$@" > /dev/null 2> "$scratch/valgrind.log" ||
    fail "this does not run under callgrind: $*: $(tail -n 5 "$scratch/valgrind.log")"
  sed -n 's/^\(summary\|totals\): \([0-9]*\).*/\2/p' "$scratch/callgrind.out" | tail -n 1
}

# Succeeds if callgrind should and can be used; otherwise notes why not.
can_count_instructions() {
  if [ -n "$quick" ]; then
    note 'skipped instructions this was a quick run'
    return 1
  fi
  if ! command -v valgrind > /dev/null 2>&1; then
    echo 'bench: valgrind is missing, no instructions are counted (Debian: apt-get install valgrind)' >&2
    note 'skipped instructions valgrind is missing'
    return 1
  fi
}

cpu_model() {
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2> /dev/null | head -n 1 | grep . || uname -m
}

cjson_version() {
  dpkg-query -W -f '${Version}' lua-cjson 2> /dev/null | grep . || "$lua" -e 'print(require("cjson")._VERSION)'
}

# describe WORD...: notes date, versions and machine of the measurement; the words say how it was made.
describe() {
  note "about Date $(date -u +%Y-%m-%d)"
  note "about Measured $*"
  note "about Versions $("$lua" -v | cut -d ' ' -f 1,2), $("$programs/curl_loop" about | cut -d ' ' -f 1,2)," \
    "lua-cjson $(cjson_version), $(nginx -v 2>&1 | sed 's/^nginx version: //')"
  note "about Machine $(cpu_model), $(getconf _NPROCESSORS_ONLN) cores, $(uname -s) $(uname -r)"
}

# report NAME: makes tables, verdicts and plots from the notes. Its status is the script's.
report() {
  plots=$programs
  if [ -n "$readme" ]; then plots=bench/plots; fi
  mkdir -p "$plots"
  status=0
  "$lua" "bench/$1.lua" "$samples" "$plots" ${readme:+"$readme"} || status=$?
  exit "$status"
}
