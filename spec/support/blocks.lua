--- Folders of building blocks for specs: each block is a short shell script.
---
---   local place <close> = blocks.folder()
---   place:block("count", { script = 'wc -w < "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/words"' })
---   place:template("words", { app = "count" })
local core <const> = require "bytenite.core"
local folder <const> = require "spec.support.folder"

---@class spec.BlockFolder
---@field path string
local BlockFolder = {}
BlockFolder.__index = BlockFolder

local blocks = {}

--- Makes an empty folder.
---@return spec.BlockFolder # to be declared `<close>`
function blocks.folder()
  local made <const> = folder.new()
  return setmetatable({ made = made, path = made.path }, BlockFolder)
end

--- Writes a file, and makes its folder.
---@param name string path below the folder
---@param text string
---@usage place:write("templates/a.json", "{}")
function BlockFolder:write(name, text)
  os.execute(("mkdir -p '%s'"):format(self.path .. "/" .. (name:match "^(.*)/" or "")))
  self.made:write(name, text)
end

--- Writes a block.
---@param path string below the folder
---@param options table|nil name, version, kind (all as in a manifest), script, entrypoint, schema
--- (JSON), more (other members of the manifest)
---@usage place:block("split", { kind = "partitioner", script = "..." })
function BlockFolder:block(path, options)
  options = options or {}
  local entrypoint <const> = options.entrypoint or "main.sh"
  local values <const> = {
    name = options.name or path,
    version = options.version or "1.0",
    type = options.kind,
    entrypoint = entrypoint,
  }
  for name, value in pairs(options.more or {}) do
    values[name] = value
  end
  self:write(path .. "/manifest.json", (core.encode(values)))
  self:write(path .. "/app/" .. entrypoint, options.script or "true\n")
  if options.schema then self:write(path .. "/schema.json", options.schema) end
end

--- Writes a template. Built-in blocks stand for those that are not given.
---@param id string
---@param members table
---@usage place:template("words", { app = "count", partitioner = "split" })
function BlockFolder:template(id, members)
  local values <const> = { id = id, partitioner = "passthrough", assembler = "passthrough" }
  for name, value in pairs(members) do
    values[name] = value
  end
  self:write(("templates/%s.json"):format(id), (core.encode(values)))
end

function BlockFolder:close()
  local _ <close> = self.made
end

BlockFolder.__close = BlockFolder.close

return blocks
