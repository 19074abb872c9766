--- Writes docs/reference.md, docs/command.md, docs/man, docs/completion and docs/types, from docs/api.lua, the module's own
--- rows and the commands' own help.
--
--   lua5.4 docs/generate.lua            writes them
--   lua5.4 docs/generate.lua --check    writes nothing; fails when a file differs from what would be written
local root <const> = (arg[0]:match "^(.*)/[^/]*$" or ".") .. "/../"

-- The tree's own module comes first; the core is the one the environment names, as in the tests, else the one in build/.
package.path = ("%s?.lua;%slua/?.lua;%slua/?/init.lua;%s"):format(root, root, root, package.path)
local is_named <const> = os.getenv "LUA_CPATH_5_4" or os.getenv "LUA_CPATH"
package.cpath = is_named and ("%s;%sbuild/?.so"):format(package.cpath, root)
  or ("%sbuild/?.so;%s"):format(root, package.cpath)

local function fail(message)
  io.stderr:write("docs/generate.lua: ", message, "\n")
  os.exit(1, true)
end

local is_loaded <const>, problem <const> = pcall(require, "bytenite.core")
if not is_loaded then fail("the core is not built (make build): " .. problem) end

local api <const> = require "docs.api"

local function read(path)
  local file <close> = io.open(root .. path, "rb")
  return file and file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(root .. path, "wb"))
  assert(file:write(text))
end

local pages <const> = { -- path and text
  { "docs/reference.md", require "docs.generators.reference"(api) },
  { "docs/command.md", require "docs.generators.command"() },
}

local man <const> = require "docs.generators.man"
local command_parser <const> = require("bytenite.command").parser()
require("bytenite.sandbox.required_rocks").find_older()
local sandbox_parser <const> = require("bytenite.sandbox.command").parser ""
table.move({
  {
    "docs/man/bytenite.1",
    man.page("bytenite", "submits, watches and changes jobs of ByteNite", command_parser, "bytenite-sandbox"),
  },
  {
    "docs/man/bytenite-sandbox.1",
    man.page("bytenite-sandbox", "a local ByteNite service for development and tests", sandbox_parser, "bytenite"),
  },
}, 1, 2, #pages + 1, pages)

-- The names that the shells look for.
local completions <const> = { bash = "bytenite", zsh = "_bytenite", fish = "bytenite.fish" }
for shell, text in pairs(require("bytenite.command.commands.completion")[1].scripts) do
  pages[#pages + 1] = { ("docs/completion/%s/%s"):format(shell, completions[shell]), text }
end

for _, file in ipairs(require "docs.generators.types"(api)) do
  pages[#pages + 1] = file
end

if arg[1] ~= nil and arg[1] ~= "--check" then fail "usage: lua5.4 docs/generate.lua [--check]" end

local differing <const> = {}
for _, page in ipairs(pages) do
  local path <const>, text <const> = page[1], page[2]
  if read(path) ~= text then
    differing[#differing + 1] = path
    if not arg[1] then write(path, text) end
  end
end
if arg[1] and #differing > 0 then fail(("not up to date: %s (run make docs)"):format(table.concat(differing, ", "))) end
if not arg[1] then print(#differing > 0 and "written: " .. table.concat(differing, ", ") or "nothing to do") end
