# shellcheck shell=sh disable=SC2154,SC2034
# common.sh: what bench/run and bench/many share: the tools, the programs, the place for what is measured. To be sourced, from
# the project's folder, with $token_length set.
. scripts/lib/environment.sh
. scripts/lib/prepare.sh
. bench/server.sh

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 3
}

# check_numbers VALUE...: what was given on the command line.
check_numbers() {
  for number in "$@"; do
    case $number in '' | *[!0-9]*) fail "expected a number, got '$number'" ;; esac
  done
}

# note WORD...: adds a line to what the report reads.
note() {
  printf '%s\n' "$*" >> "$samples"
}

# progress WORD...: says on a terminal what is going on.
progress() {
  if [ -t 2 ]; then printf 'bench: %s\n' "$*" >&2; fi
}

clean_up() {
  stop_server
  rm -rf "$scratch"
}

# Finds or installs what is needed, and sets what the programs find in their environment.
set_up() {
  PATH=$PATH:/usr/sbin:/sbin # nginx lives there
  prepare demo bench
  forget_settings
  for tool in nginx openssl taskset; do
    command -v "$tool" > /dev/null 2>&1 || fail "$tool is missing (Debian: apt-get install nginx-light openssl util-linux)"
  done
  lua=$(find_lua)
  programs=build/bench
  LUA_PATH="$PWD/bench/lib/?.lua;$LUA_PATH"
  LUA_CPATH="$PWD/$programs/?.so;$LUA_CPATH"
  BENCH_JOB_ID=a94d2c17-5b60-4e8f-b3d1-07c6e2f95a48
  BENCH_TOKEN=$(printf "%0${token_length}d" 0 | tr 0 t)
  export BENCH_JOB_ID BENCH_TOKEN
  server=
  scratch=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  samples=$scratch/samples
  : > "$samples"
}

# find_cores: sets $core, the last that this process may use, and $other_core, the first, which is the same where there is one.
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

build_programs() {
  mkdir -p "$programs"
  compile meter bench/meter.c
  compile free_ports bench/free_ports.c
  compile curl_loop bench/curl_loop.c bench/connection.c -lcurl
}

# Whether the module builds and loads; $scratch/problem has the reason when it does not.
build_module() {
  scripts/build build 2> "$scratch/problem" && "$lua" -e 'require "bytenite"' 2> "$scratch/problem"
}

# check_rows DOORS: all rows send the same request and receive the same 16 answers, or nothing is measured. The script that
# sources this has $rows, $check_calls and show DOOR ROW, which prints the answers of so many calls.
check_rows() {
  for row in $rows; do show log "$row" > /dev/null || fail "the row $row does not run"; done
  sleep 0.2 # nginx logs a request just after it has answered it
  # shellcheck disable=SC2086 # words
  "$lua" bench/check.lua requests "$check_calls" "$scratch/log.log" $rows || exit 3
  for door in $1; do
    for row in $rows; do show "$door" "$row" > "$scratch/$row.jsonl" || fail "the row $row does not run ($door)"; done
    # shellcheck disable=SC2086 # words
    "$lua" bench/check.lua answers "$check_calls" "$scratch" $rows || exit 3
  done
}

# count_instructions DOOR COMMAND...: prints how many instructions a command takes, by callgrind.
count_instructions() {
  door=$1
  shift
  through "$door" timeout --foreground 300 taskset -c "$core" valgrind --tool=callgrind \
    --callgrind-out-file="$scratch/callgrind.out" "$@" > /dev/null 2> "$scratch/valgrind.log" ||
    fail "this does not run under callgrind: $*: $(tail -n 5 "$scratch/valgrind.log")"
  sed -n 's/^\(summary\|totals\): \([0-9]*\).*/\2/p' "$scratch/callgrind.out" | tail -n 1
}

# Whether callgrind can be used; notes why not. $with_instructions is empty where the user does not want it.
can_count_instructions() {
  if [ -z "$with_instructions" ]; then
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

# describe WORD...: notes when, with what and on what all this was measured; the words say how.
describe() {
  note "about Date $(date -u +%Y-%m-%d)"
  note "about Measured $*"
  note "about Versions $("$lua" -v | cut -d ' ' -f 1,2), $("$programs/curl_loop" about | cut -d ' ' -f 1,2)," \
    "lua-cjson $(cjson_version), $(nginx -v 2>&1 | sed 's/^nginx version: //')"
  note "about Machine $(cpu_model), $(getconf _NPROCESSORS_ONLN) cores, $(uname -s) $(uname -r)"
}
