--- block_skeleton.lua: the first files of a new building block. Each program works without changes:
--- an app copies its chunk, a partitioner makes a chunk from each input file, an assembler
--- concatenates all files.
local block_skeleton <const> = {}

local PYTHON <const> = {
  app = [[
"""Runs once for each chunk: reads TASK_DIR/data.bin, writes files to TASK_RESULTS_DIR."""
import json
import os
import shutil

params = json.loads(os.environ["APP_PARAMS"])
source = os.path.join(os.environ["TASK_DIR"], "data.bin")
target = os.path.join(os.environ["TASK_RESULTS_DIR"], "result.bin")

print("parameters:", params)
shutil.copyfile(source, target)
]],
  partitioner = [[
"""Runs once for each job: reads SOURCE_DIR, writes data_0.bin, data_1.bin, ... to CHUNKS_DIR."""
import json
import os
import shutil

params = json.loads(os.environ["PARTITIONER_PARAMS"])
source, chunks = os.environ["SOURCE_DIR"], os.environ["CHUNKS_DIR"]

print("parameters:", params)
for number, name in enumerate(sorted(os.listdir(source))):
    shutil.copyfile(os.path.join(source, name), os.path.join(chunks, f"data_{number}.bin"))
]],
  assembler = [[
"""Runs once for each job: reads the tasks' files in TASK_RESULTS_DIR, writes to OUTPUT_DIR."""
import json
import os
import shutil

params = json.loads(os.environ["ASSEMBLER_PARAMS"])
results, output = os.environ["TASK_RESULTS_DIR"], os.environ["OUTPUT_DIR"]

print("parameters:", params)
with open(os.path.join(output, "result.bin"), "wb") as joined:
    for name in sorted(os.listdir(results)):
        with open(os.path.join(results, name), "rb") as part:
            shutil.copyfileobj(part, joined)
]],
}

local LUA <const> = {
  app = [[
-- Runs once for each chunk: reads TASK_DIR/data.bin, writes files to TASK_RESULTS_DIR.
local source <close> = assert(io.open(os.getenv "TASK_DIR" .. "/data.bin", "rb"))
local target <close> = assert(io.open(os.getenv "TASK_RESULTS_DIR" .. "/result.bin", "wb"))

print("parameters:", os.getenv "APP_PARAMS")
assert(target:write(source:read "a"))
]],
  partitioner = [[
-- Runs once for each job: reads SOURCE_DIR, writes data_0.bin, data_1.bin, ... to CHUNKS_DIR.
local list <close> = assert(io.popen 'ls "$SOURCE_DIR"')
local number = 0

print("parameters:", os.getenv "PARTITIONER_PARAMS")
for name in list:lines() do
  local source <close> = assert(io.open(os.getenv "SOURCE_DIR" .. "/" .. name, "rb"))
  local chunk <close> = assert(io.open(("%s/data_%d.bin"):format(os.getenv "CHUNKS_DIR", number), "wb"))
  assert(chunk:write(source:read "a"))
  number = number + 1
end
]],
  assembler = [[
-- Runs once for each job: reads the tasks' files in TASK_RESULTS_DIR, writes to OUTPUT_DIR.
local list <close> = assert(io.popen 'ls "$TASK_RESULTS_DIR"')
local joined <close> = assert(io.open(os.getenv "OUTPUT_DIR" .. "/result.bin", "wb"))

print("parameters:", os.getenv "ASSEMBLER_PARAMS")
for name in list:lines() do
  local part <close> = assert(io.open(os.getenv "TASK_RESULTS_DIR" .. "/" .. name, "rb"))
  assert(joined:write(part:read "a"))
end
]],
}

local SH <const> = {
  app = [[
# Runs once for each chunk: reads TASK_DIR/data.bin, writes files to TASK_RESULTS_DIR.
set -eu
echo "parameters: $APP_PARAMS"
cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/result.bin"
]],
  partitioner = [[
# Runs once for each job: reads SOURCE_DIR, writes data_0.bin, data_1.bin, ... to CHUNKS_DIR.
set -eu
echo "parameters: $PARTITIONER_PARAMS"
number=0
for file in "$SOURCE_DIR"/*; do
  if [ -e "$file" ]; then cp "$file" "$CHUNKS_DIR/data_$number.bin"; fi
  number=$((number + 1))
done
]],
  assembler = [[
# Runs once for each job: reads the tasks' files in TASK_RESULTS_DIR, writes to OUTPUT_DIR.
set -eu
echo "parameters: $ASSEMBLER_PARAMS"
: > "$OUTPUT_DIR/result.bin"
for file in "$TASK_RESULTS_DIR"/*; do
  if [ -e "$file" ]; then cat "$file" >> "$OUTPUT_DIR/result.bin"; fi
done
]],
}

local LANGUAGES <const> = {
  python = { programs = PYTHON, file = "main.py", image = "python:3-slim" },
  lua = { programs = LUA, file = "main.lua", image = "nickblah/lua:5.4" },
  sh = { programs = SH, file = "main.sh", image = "debian:stable-slim" },
}

local MANIFEST <const> = [[
{
  "name": "%s",
  "version": "0.1",
  "type": "%s",
  "description": "What the block does, in one sentence",
  "platform": "docker",
  "platform_config": { "container": "%s" },
  "device_requirements": { "min_cpu": 1, "min_memory": 1 },
  "entrypoint": "%s"
}
]]

local SCHEMA <const> = [[
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {},
  "required": []
}
]]

-- A template for an app, so that a job can run it immediately.
local TEMPLATE <const> = [[
{
  "id": "%s-template",
  "description": "Runs %s on the input as a whole",
  "app": "%s@0.1",
  "partitioner": "passthrough",
  "assembler": "passthrough"
}
]]

--- Returns the files of a new block.
---@param name string of the block
---@param kind "app"|"partitioner"|"assembler"
---@param language "python"|"lua"|"sh"
---@return {[1]: string, [2]: string}[] list of paths in the block's folder and their texts
function block_skeleton.files(name, kind, language)
  local chosen <const> = LANGUAGES[language]
  local list <const> = {
    { "manifest.json", MANIFEST:format(name, kind, chosen.image, chosen.file) },
    { "app/" .. chosen.file, chosen.programs[kind] },
    { "schema.json", SCHEMA },
  }
  if kind == "app" then list[4] = { "template.json", TEMPLATE:format(name, name, name) } end
  return list
end

return block_skeleton
