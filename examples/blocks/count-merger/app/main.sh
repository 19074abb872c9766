# Adds up the counts of all tasks.
set -eu
cat "$TASK_RESULTS_DIR"/* |
  awk '{ count[$2] += $1 } END { for (word in count) print count[word], word }' |
  sort -k1,1nr -k2 > "$OUTPUT_DIR/words.txt"
