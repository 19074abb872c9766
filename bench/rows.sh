# shellcheck shell=sh disable=SC2154
# rows.sh: the rows of the tables of bench/run, bench/flight and bench/many: programs that make the same call, each with its
# own client. To be sourced after common.sh. The scripts set $rows, $at_once, the calls in flight, and $check_calls, the calls
# that are checked.
. bench/peers.sh

# command_of ROW AT_ONCE: prints the command that makes calls, AT_ONCE at once. Their number is appended to it, and `show` if it
# should print the responses.
command_of() {
  case $1 in
    curl) echo "$programs/curl_loop" ;;
    cjson) echo "$lua bench/cjson_loop.lua" ;;
    bytenite) echo "$lua bench/bytenite_loop.lua" ;;
    poll | socket) echo "$programs/multi_loop $1 $2" ;;
    multi_cjson) echo "$lua bench/multi_cjson_loop.lua $2" ;;
    map) echo "$lua bench/map_loop.lua update $2" ;;
    create) echo "$lua bench/map_loop.lua create $2" ;;
    *) command_of_peer "$1" "$2" ;;
  esac
}

# show DOOR ROW: makes a row's calls one by one, and prints the responses.
show() {
  # shellcheck disable=SC2046 # words
  through "$1" timeout --foreground 60 taskset -c "$core" $(command_of "$2" 1) "$check_calls" show
}

# meter DOOR ROW CALLS: prints the processor time and the wall time of a run.
meter() {
  # shellcheck disable=SC2046 # words
  through "$1" taskset -c "$core" "$programs/meter" 120 $(command_of "$2" "$at_once") "$3" ||
    fail "the row $2 does not run ($1)"
}

# check_rows DOORS: fails unless all rows send the same request and receive the same 16 responses.
check_rows() {
  for row in $rows; do show log "$row" > /dev/null || fail "the row $row does not run"; done
  sleep 0.2 # nginx logs a request just after it has answered it
  # shellcheck disable=SC2086 # words
  "$lua" bench/check.lua requests "$check_calls" "$scratch/log.log" $rows || exit 3
  for door in $1; do
    for row in $rows; do show "$door" "$row" > "$scratch/$row.jsonl" || fail "the row $row does not run ($door)"; done
    # shellcheck disable=SC2086 # words
    "$lua" bench/check.lua responses "$check_calls" "$scratch" $rows || exit 3
  done
}

# short_run ROW, long_run ROW: prints the number of calls; the difference is measured. The short run is work that is done once:
# start, connections, handshakes, end, and in slow runtimes compiling. Slow runtimes need fewer calls for the same precision.
short_run() {
  if is_slow "$1"; then echo 1000; else echo "$at_once"; fi
}

long_run() {
  if is_slow "$1"; then echo $((1000 + calls / 5)); else echo "$calls"; fi
}

# measure_times DOORS: measures rows in turns, so that other work of the machine affects all of them.
measure_times() {
  round=0
  while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    progress "round $round of $rounds"
    for door in $1; do
      for row in $rows; do
        few=$(short_run "$row") many=$(long_run "$row")
        cost_of_few=$(meter "$door" "$row" "$few")
        cost_of_many=$(meter "$door" "$row" "$many")
        note "sample $row $door $few $cost_of_few $many $cost_of_many"
      done
    done
  done
}

# measure_instructions ROW...: counts through the plain door, as the difference of a short and a long run.
measure_instructions() {
  can_count_instructions || return 0
  progress 'counting instructions'
  few_calls=500 many_calls=2500
  for row in "$@"; do
    # shellcheck disable=SC2046 # words
    few=$(count_instructions plain $(command_of "$row" "$at_once") "$few_calls")
    # shellcheck disable=SC2046
    many=$(count_instructions plain $(command_of "$row" "$at_once") "$many_calls")
    note "instructions $row plain $few_calls $few $many_calls $many"
  done
}
