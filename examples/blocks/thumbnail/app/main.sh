# Makes a grey picture of the chunk, as wide as "width" says. Needs GraphicsMagick.
set -eu
width=$(printf '%s' "$APP_PARAMS" | sed -n 's/.*"width": *\([0-9]*\).*/\1/p')
gm convert "$TASK_DIR/data.bin[0]" -resize "${width:-160}x" -colorspace GRAY "PNG8:$TASK_RESULTS_DIR/thumbnail.png"
gm identify "$TASK_RESULTS_DIR/thumbnail.png"
