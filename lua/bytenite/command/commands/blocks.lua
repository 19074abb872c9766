--- blocks.lua: the command `block`: checks building blocks, the programs that a sandbox with
--- --blocks runs, and writes the first files of a new one.
local required_rocks <const> = require "bytenite.sandbox.required_rocks"
local block_skeleton <const> = require "bytenite.command.block_skeleton"
local command_errors <const> = require "bytenite.command.command_errors"

local function counted(count, noun)
  return ("%d %s%s"):format(count, noun, count == 1 and "" or "s")
end

local function check(context, given)
  required_rocks.need("luv", "luv", "lua-luv") -- it lists folders
  local catalogue <const> = require "bytenite.sandbox.runner.catalogue"
  local manifest <const> = require "bytenite.sandbox.runner.manifest"
  local found <const>, problem <const> = catalogue.read(given.folder)
  if found == nil then command_errors.raise("file", problem) end
  local errors <const> = {}
  for _, each in ipairs(found.problems) do
    if not each.is_warning then errors[#errors + 1] = each end
    context.console:line((each.is_warning and "warning: " or "error: ") .. manifest.line(each))
  end
  local blocks <const>, templates <const> = found:count()
  if #errors > 0 then command_errors.usage(("%s: %s"):format(given.folder, counted(#errors, "error"))) end
  if blocks == 0 then
    command_errors.usage(("%s: the folder has no blocks: no manifest.json below it"):format(given.folder))
  end
  context.console:line(("%s, %s: no errors"):format(counted(blocks, "block"), counted(templates, "template")))
end

local function new(context, given)
  required_rocks.need("luv", "luv", "lua-luv") -- it makes folders
  local files <const> = require "bytenite.sandbox.runner.files"
  local name <const> = given.name
  if not name:find "^[%w_-]+$" or #name > 64 then
    command_errors.usage(('block new %s: a name has 1 to 64 letters, digits, "-" and "_"'):format(name))
  end
  if files.kind(name) then command_errors.raise("file", name .. ": it already exists") end
  for _, each in ipairs(block_skeleton.files(name, given.type, given.language)) do
    local path <const>, text <const> = table.unpack(each)
    local folder <const> = files.join(name, (path:match "^(.*)/" or ""))
    assert(files.make((folder:gsub("/$", ""))))
    assert(files.write(files.join(name, path), text))
    context.console:line(files.join(name, path))
  end
end

local block <const> = {
  name = "block",
  summary = "Check building blocks, or create one.",
  description = "Checks the building blocks that bytenite-sandbox --blocks runs, or writes a new one.",
  examples = { "bytenite block new word-count", "bytenite block check .", "bytenite sandbox --blocks ." },
  define = function(command)
    command:command_target "action"
    command:require_command(true)
    local checking <const> = command:command("check", "Report what is wrong with the blocks and templates in a folder.")
    checking:argument("folder", "A block, or a folder with blocks and templates below it.")
    local making <const> = command:command("new", "Write a working block into a new folder.")
    making:argument("name", "The name of the block and its folder.")
    making:option("--type", "The type: app, partitioner or assembler.", "app"):choices {
      "app",
      "partitioner",
      "assembler",
    }
    making:option("--language", "The language: python, lua or sh.", "python"):choices { "python", "lua", "sh" }
  end,
  run = function(context, given)
    if given.action == "check" then
      check(context, given)
    else
      new(context, given)
    end
  end,
}

return { block }
