-- Where the commands find Lua code: in their own tree and in installed modules, never in the
-- working directory.
local lfs <const> = require "lfs"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"

local root <const> = lfs.currentdir()
local MODULES <const> = {
  "cjson",
  "argparse",
  "cqueues",
  "bytenite/core",
  "bytenite/init",
  "bytenite/command/init",
  "bytenite/sandbox/init",
  "http/server",
}

-- Fills a folder with modules that print when they run, under all names that the commands require.
local function fill(place)
  for _, name in ipairs(MODULES) do
    local path <const> = ("%s/%s.lua"):format(place.path, name)
    for parent in name:gmatch "()/" do
      lfs.mkdir(("%s/%s"):format(place.path, name:sub(1, parent - 1)))
    end
    local file <close> = assert(io.open(path, "w"))
    assert(file:write "io.stderr:write 'foreign code ran\\n' os.exit(99)")
  end
end

local function environment()
  return {
    LUA_PATH = ("./?.lua;./?/init.lua;;?.lua;%s/lua/?.lua;%s"):format(root, package.path),
    LUA_CPATH = ("./?.so;%s/build/?.so;%s"):format(root, package.cpath),
  }
end

describe("the working directory", function()
  for name, arguments in pairs {
    bytenite = { "get", "ID" },
    ["bytenite-sandbox"] = { "--until-stdin-closes" },
  } do
    it("provides no code to " .. name, function()
      local place <close> = folder.new()
      fill(place)
      local ran <const> = program.lua({ root .. "/bin/" .. name, table.unpack(arguments) }, environment(), place.path)
      assert.is_nil(ran.errors:find "foreign code", ran.errors)
      assert.equal(name == "bytenite" and 3 or 0, ran.status, ran.errors)
    end)
  end

  it("provides no module to a job file, which sets another path if it needs one", function()
    local place <close> = folder.new()
    place:write("neighbour.lua", "return { templateId = 't' }")
    place:write("job.lua", "return require 'neighbour'")
    local arguments <const> = { root .. "/bin/bytenite", "submit", "job.lua", "--draft" }
    local ran = program.lua(arguments, environment(), place.path)
    assert.equal(2, ran.status)
    assert.is_truthy(ran.errors:find("job.lua:1: module 'neighbour' not found", 1, true), ran.errors)
    local all <const> = environment()
    all.LUA_PATH = ("%s/?.lua;%s"):format(place.path, all.LUA_PATH)
    ran = program.lua(arguments, all, place.path)
    assert.equal(3, ran.status, ran.errors) -- the file was read; no key is set
  end)
end)

describe("a symbolic link", function()
  it("to a command starts it, also through a second link", function()
    local place <close> = folder.new()
    for _, name in ipairs { "bytenite", "bytenite-sandbox" } do
      local one <const>, two <const> = ("%s/one-%s"):format(place.path, name), ("%s/two-%s"):format(place.path, name)
      assert(lfs.link(("%s/bin/%s"):format(root, name), one, true))
      assert(lfs.link(one, two, true))
      local rocks <const> = package.path:gsub("[^;]*/lua/%?[^;]*;?", "")
      local ran <const> = program.lua({ two, "--version" }, { LUA_PATH = rocks .. ";;", LUA_CPATH = ";;" })
      assert.equal(0, ran.status, ran.errors)
      assert.is_truthy(ran.output:find("^" .. name:gsub("%-", "%%-") .. " %d"), ran.output)
    end
  end)
end)
