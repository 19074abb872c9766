# Makes one picture of those of all tasks, side by side. Needs GraphicsMagick.
set -eu
set -- "$TASK_RESULTS_DIR"/*.png
gm montage -tile "$#x1" -geometry +4+4 "$@" "$OUTPUT_DIR/sheet.png"
cp "$@" "$OUTPUT_DIR"
