--- Writes a picture of a terminal in which the commands of the README run against a sandbox.
--
--   lua5.4 docs/generate_terminal.lua PICTURE.svg
--
-- To be run by scripts/picture.
local root <const> = (arg[0]:match "^(.*)/[^/]*$" or ".") .. "/../"
package.path = ("%s?.lua;%s"):format(root, package.path)

local compile <const> = require "spec.support.compile"
local folder <const> = require "spec.support.folder"
local markdown <const> = require "spec.support.markdown"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"
local screen <const> = require "docs.generators.screen"

local COLUMNS <const> = 92

-- What of the session is shown, by the start of the command: some output is too long for a picture.
local SHOWN <const> = { "bytenite submit job.lua --download", "bytenite list" }

local function read(path)
  local file <close> = assert(io.open(root .. path))
  return file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

-- The commands of the README's session that are shown, without their comments.
local function commands()
  local list <const> = {}
  for line in markdown.blocks(read "README.md", "bash")[1].code:gmatch "[^\n]+" do
    for _, start in ipairs(SHOWN) do
      if line:find(start, 1, true) == 1 then list[#list + 1] = line:gsub("%s+#.*$", "") end
    end
  end
  return list
end

-- Runs a line of shell in a terminal, and returns what it wrote.
local function run(terminal, place, environment, line)
  local shell <const> = ('bytenite() { "%s" "%s/bin/bytenite" "$@"; }; cd "%s"; %s'):format(
    program.interpreter(),
    os.getenv "PWD",
    place.path,
    line
  )
  local descriptor <const>, process <const> =
    terminal.start("exec " .. program.command_line({ "sh", "-c", shell }, environment), COLUMNS)
  local output = ""
  repeat
    local piece <const> = terminal.read(descriptor, 1000)
    output = output .. (piece or "")
  until not piece
  terminal.finish(descriptor, process)
  return output
end

local compiled <close> = compile.folder()
local terminal <const> = compiled:module "terminal"()
local place <close> = folder.new()
local service <close> = sandbox.start "--speed 100 --jobs 8"
write(place:at "job.lua", markdown.blocks(read "docs/guides/command-line.md", "lua")[1].code)

local environment <const> = program.environment(service)
environment.TERM = "xterm-256color"
local picture <const> = screen.new(COLUMNS)
for _, line in ipairs(commands()) do
  picture:write("\27[1m$ " .. line .. "\27[0m\r\n")
  picture:write(run(terminal, place, environment, line))
end
write(arg[1], picture:svg())
print("written: " .. arg[1])
