#!/bin/sh
# spec_process.sh FOLDER UNDER RESULTS FILES: runs spec files in a process, for run_at_once in specs.sh. Prints a line.
# Leaves in the folder RESULTS, by the number of this process: *.count with the counts, *.failed with the output if a test
# failed, *.again with the files whose #timing tests are to run again.
set -u
. scripts/lib/prepare.sh
. scripts/lib/specs.sh
seconds_for_specs=${seconds_for_specs:-900}

folder=$1
under=$2
results=$3
files=$4
name=$results/$$

tags=--exclude-tags=timing
case $files in
  again:*) tags=--tags=timing ;;
  timing:*) tags=--tags=timing ;;
esac
paths=${files#again:}
paths=$(echo "${paths#timing:}" | tr ',' ' ')

began=$(date +%s)
# shellcheck disable=SC2086 # words
run_process "$folder" "$under" $tags $paths > "$name.output" 2>&1
counts=$(tail -n 1 "$name.output")
passed=${counts%% *}
failed=${counts#* passed, }
failed=${failed%% *}
case $passed.$failed in
  *[!0-9.]* | .* | *.) counts='0 passed, 1 failed' ;;
esac
took="$(($(date +%s) - began)) s"
case $counts in
  *', 0 failed') echo "$counts ($took): $files" && echo "$counts" > "$name.count" ;;
  *)
    case $files in
      timing:*)
        echo "$counts ($took), to be run again: $files"
        echo "$paths" > "$name.again"
        ;;
      *)
        echo "$counts ($took): $files"
        echo "$counts" > "$name.count"
        { echo "== $files" && cat "$name.output"; } > "$name.failed"
        ;;
    esac
    ;;
esac
rm -f "$name.output"
exit 0
