# Splits the files in SOURCE_DIR into at most "chunks" parts of whole lines.
set -eu
chunks=$(printf '%s' "$PARTITIONER_PARAMS" | sed -n 's/.*"chunks": *\([0-9]*\).*/\1/p')
cat "$SOURCE_DIR"/* > "$TMPDIR/input"
split -n "l/${chunks:-4}" -a 3 "$TMPDIR/input" "$TMPDIR/part-"

number=0
for part in "$TMPDIR"/part-*; do
  if [ -s "$part" ]; then
    mv "$part" "$CHUNKS_DIR/data_$number.bin"
    number=$((number + 1))
  fi
done
echo "$(wc -l < "$TMPDIR/input") lines in $number chunks"
