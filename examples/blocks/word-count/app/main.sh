# Counts the words of the chunk: lines "count word", in counts.txt.
set -eu
min_length=$(printf '%s' "$APP_PARAMS" | sed -n 's/.*"min_length": *\([0-9]*\).*/\1/p')
tr -cs 'A-Za-z' '\n' < "$TASK_DIR/data.bin" | tr 'A-Z' 'a-z' |
  awk -v min="${min_length:-1}" 'length($0) >= min { count[$0]++ } END { for (word in count) print count[word], word }' \
    > "$TASK_RESULTS_DIR/counts.txt"
echo "chunk $CHUNK_NUMBER: $(wc -l < "$TASK_RESULTS_DIR/counts.txt") different words"
