# Unpacks the archive in SOURCE_DIR. Each file in it becomes a chunk.
set -eu
mkdir "$TMPDIR/pictures"
for archive in "$SOURCE_DIR"/*; do tar -x --no-same-owner -f "$archive" -C "$TMPDIR/pictures"; done

number=0
find "$TMPDIR/pictures" -type f | sort | while read -r picture; do
  mv "$picture" "$CHUNKS_DIR/data_$number.bin"
  number=$((number + 1))
done
