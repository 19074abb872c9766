# shellcheck shell=sh
# specs.sh: runs the specs. To be sourced after prepare.sh and environment.sh.

# run_specs FOLDER UNDER [BUSTED-ARGUMENT...]: runs the specs against the core in FOLDER. It is preloaded: on the search
# path stands the one in build/, for the programs that specs start. UNDER is a command (words, may be empty) to run the
# interpreter under. Fails when a spec failed, none ran, or they took longer than $seconds_for_specs. The last line
# printed is "N passed, N failed" even when the interpreter dies: spec/support/output.lua keeps the counts, and the
# running test's name, in a file meanwhile.
seconds_for_specs=900
run_specs() {
  folder=$1
  under=$2
  shift 2
  forget_settings
  lua=$(find_lua)
  SPEC_COUNTS=$PWD/$folder/spec-counts.$$
  : > "$SPEC_COUNTS"
  export SPEC_COUNTS
  limit=
  if command -v timeout > /dev/null 2>&1; then limit="timeout --foreground $seconds_for_specs"; fi

  status=0
  # shellcheck disable=SC2086 # words
  $limit $under "$lua" scripts/lib/run_busted.lua --ignore-lua --lpath="$PWD/lua/?.lua" --lpath="$PWD/lua/?/init.lua" \
    --cpath="$PWD/build/?.so" -e "package.preload['bytenite.core'] =
      assert(package.loadlib('$PWD/$folder/bytenite/core.so', 'luaopen_bytenite_core'))" "$@" || status=$?

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
