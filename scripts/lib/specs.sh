# shellcheck shell=sh
# specs.sh: runs the specs. To be sourced after prepare.sh and environment.sh.
#
#   run_specs FOLDER UNDER [BUSTED-ARGUMENT...]
#
# Runs the specs against the core in FOLDER. That is preloaded: the search path has the one in build/, for the programs
# that specs start. UNDER is a command (words, may be empty) to run the interpreter under. Fails when a spec failed, none
# ran, or a process took longer than $seconds_for_specs. The last line printed is "N passed, N failed".
#
# Several files or folders run in several processes at once ($SPEC_JOBS, two for each processor); a single file, and
# whatever has options, in one. Tests with #timing in their names, which a busy machine can break, run apart from the
# others of their file. Where one fails they run again when nothing else does, and that is what counts.

seconds_for_specs=900

# run_process FOLDER UNDER [BUSTED-ARGUMENT...]: runs specs in one process. Prints "N passed, N failed" even if the
# interpreter dies: spec/support/output.lua keeps the counts, and the running test's name, in a file meanwhile.
run_process() {
  case $1 in /*) folder=$1 ;; *) folder=$PWD/$1 ;; esac
  under=$2
  shift 2
  lua=$(find_lua)
  SPEC_COUNTS=$folder/spec-counts.$$
  : > "$SPEC_COUNTS"
  export SPEC_COUNTS
  limit=
  if command -v timeout > /dev/null 2>&1; then limit="timeout --foreground $seconds_for_specs"; fi

  status=0
  # shellcheck disable=SC2086 # words
  $limit $under "$lua" scripts/lib/run_busted.lua --ignore-lua --lpath="$PWD/lua/?.lua" --lpath="$PWD/lua/?/init.lua" \
    --cpath="$PWD/build/?.so" -e "package.preload['bytenite.core'] =
      assert(package.loadlib('$folder/bytenite/core.so', 'luaopen_bytenite_core'))" "$@" || status=$?

  { read -r passed failed && read -r test; } < "$SPEC_COUNTS" || true
  rm -f "$SPEC_COUNTS"
  case ${passed:-} in
    printed) ;;
    '') if [ "$status" != 0 ]; then echo '0 passed, 0 failed'; fi ;;
    *)
      case $status in
        124) reason="it took longer than $seconds_for_specs s" ;;
        *) reason="status $status" ;;
      esac
      printf '\nthe run ended before the last test did (%s), in or after: %s\n' "$reason" "$test"
      printf '%s passed, %s failed\n' "$passed" "$((failed + 1))"
      status=1
      ;;
  esac
  return "$status"
}

# spec_batches FILE...: prints what the processes run, one process in a line: files joined by commas, the longest first,
# by the times of the last run ($times) or else by size. Short ones share a process. "timing:" stands before a file whose
# #timing tests are run.
spec_batches() {
  { cat "$times" 2> /dev/null; wc -c "$@"; grep -l '#timing' "$@" | sed 's/^/- /'; } | awk '
    index($1, ".") { time[$2] = $1; next } # of the last run, with a decimal point
    $1 == "-" { files["timing:" $2] = 9; next }
    $2 == "total" { next }
    { files[$2] = $2 in time ? time[$2] : $1 / 8000 }
    END { for (file in files) { if (file !~ /^timing:/) sum += files[file] }
          for (file in files) print files[file] / sum * 40, file }' | sort -rn | awk '
    $1 >= 1 || $2 ~ /^timing:/ { print $2; next }
    { batch = batch (batch == "" ? "" : ",") $2; sum += $1 }
    sum >= 1 { print batch; batch = ""; sum = 0 }
    END { if (batch != "") print batch }'
}

# run_at_once FOLDER UNDER FILE...: runs spec files in several processes.
run_at_once() {
  case $1 in /*) folder=$1 ;; *) folder=$PWD/$1 ;; esac
  under=$2
  shift 2
  results=$folder/spec-results.$$
  times=$folder/spec-times
  rm -rf "$results"
  mkdir -p "$results"
  export SPEC_TIMES="$results/times" SPEC_MAY_BE_EMPTY=1 seconds_for_specs
  jobs=${SPEC_JOBS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}
  spec_batches "$@" | xargs -P "$jobs" -n 1 scripts/lib/spec_process.sh "$folder" "$under" "$results" || true
  for again in "$results"/*.again; do
    if [ -e "$again" ]; then scripts/lib/spec_process.sh "$folder" "$under" "$results" "again:$(cat "$again")"; fi
  done
  cat "$results"/*.failed 2> /dev/null || true
  awk '{ sum[$2] += $1 } END { for (file in sum) printf "%.1f %s\n", sum[file], file }' "$results/times" > "$times" || true
  counts=$(cat "$results"/*.count | awk '{ passed += $1; failed += $3 } END { print passed + 0 " passed, " failed + 0 " failed" }')
  if [ "$counts" = '0 passed, 0 failed' ]; then echo 'no test ran, which counts as a failure'; fi
  echo "$counts"
  rm -rf "$results"
  case $counts in
    '0 passed, '*) return 1 ;;
    *', 0 failed') return 0 ;;
    *) return 1 ;;
  esac
}

run_specs() {
  folder=$1
  under=$2
  shift 2
  forget_settings
  case " $* " in
    *' -'*) run_process "$folder" "$under" "$@" && return 0 || return 1 ;;
  esac
  if [ $# = 1 ] && [ -f "$1" ]; then
    run_process "$folder" "$under" "$@" && return 0 || return 1
  fi
  # shellcheck disable=SC2046 # no path of ours has a space in it
  set -- "$folder" "$under" $(find "${@:-spec}" -name '*_spec.lua' | sort -u)
  if [ $# = 2 ]; then
    echo 'there is no spec'
    echo '0 passed, 0 failed'
    return 1
  fi
  run_at_once "$@"
}
