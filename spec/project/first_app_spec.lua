-- The guide docs/first-app.md, typed in as printed, and the links of the pages about blocks.
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local markdown <const> = require "spec.support.markdown"
local program <const> = require "spec.support.program"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- Ends the sandbox if the script fails.
local SHELL <const> = [[
set -eu
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
%s]]

describe("docs/first-app.md", function()
  local page <const> = read "docs/first-app.md"

  it("can be typed in, and prints what it says", function()
    local programs <close> = folder.new()
    local path <const> = programs:write(
      "bytenite",
      ('#!/bin/sh\nexec "%s" "%s/bin/bytenite" "$@"\n'):format(program.interpreter(), lfs.currentdir())
    )
    os.execute("chmod +x " .. path)
    local place <close> = folder.new()
    local code <const> = {}
    for index, block in ipairs(markdown.blocks(page, "bash")) do
      code[index] = block.code
    end
    assert.is_true(#code > 5)
    local environment <const> = { PATH = ("%s:%s"):format(programs.path, os.getenv "PATH") }
    local ran <const> = program.run({ "bash", "-c", SHELL:format(table.concat(code, "\n")) }, environment, place.path)
    assert.equal(0, ran.status, ran.output .. ran.errors)
    local printed <const> = ran.output .. ran.errors
    for _, block in ipairs(markdown.blocks(page, "text")) do
      local text <const> = block.code:gsub("\n$", "")
      assert.is_true(printed:find(text, 1, true) ~= nil, text .. "\nis not in:\n" .. printed)
    end
  end)
end)

for _, name in ipairs { "first-app.md", "blocks.md" } do
  describe("links in docs/" .. name, function()
    for _, link in ipairs(markdown.links(read("docs/" .. name))) do
      local path <const>, anchor <const> = link:match "^([^#]*)#?(.*)$"
      if not link:find "^https?:" then
        it(link .. " has a target", function()
          local target <const> = "docs/" .. (path == "" and name or path)
          assert.is_truthy(lfs.attributes(target), target)
          if anchor ~= "" then assert.is_true(markdown.anchors(read(target))[anchor] or false) end
        end)
      end
    end
  end)
end
