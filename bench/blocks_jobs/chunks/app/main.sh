# Makes as many chunks as the parameter "count" says.
count=$(printf '%s' "$PARTITIONER_PARAMS" | sed -n 's/.*"count": *\([0-9]*\).*/\1/p')
i=0
while [ "$i" -lt "$count" ]; do
  echo "$i" > "$CHUNKS_DIR/data_$i.bin"
  i=$((i + 1))
done
