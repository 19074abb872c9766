-- Code and links in README.md, the guides and the reference: every block of Lua runs and prints
-- what it says, every shell command names things that exist, every link has a target.
local api <const> = require "docs.api"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local fault_text <const> = require "bytenite.sandbox.faults.text"
local markdown <const> = require "spec.support.markdown"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local PAGES <const> = { "README.md", "docs/reference.md" }
for name in lfs.dir "docs/guides" do
  if name:find "%.md$" then PAGES[#PAGES + 1] = "docs/guides/" .. name end
end
table.sort(PAGES)

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

-- Returns the texts after "-->" in a block: the lines that it should print.
local function expected_lines(code)
  local lines <const> = {}
  for line in code:gmatch "%-%->%s*([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

local function single_spaced(line)
  return (line:gsub("%s+", " "):gsub(" $", ""))
end

-- Returns a pattern for a line in which "..." matches anything.
local function pattern_of(line)
  return "^" .. single_spaced(line):gsub("%p", "%%%0"):gsub("%%%.%%%.%%%.", ".*") .. "$"
end

local function assert_prints(expected, output)
  local printed <const> = {}
  for line in output:gmatch "([^\n]*)\n" do
    printed[#printed + 1] = single_spaced(line)
  end
  for index, line in ipairs(expected) do
    local is_right <const> = printed[index] and printed[index]:find(pattern_of(line)) ~= nil
    assert.is_true(is_right or false, ("line %d should be: %s\nall that was printed:\n%s"):format(index, line, output))
  end
  assert.equal(#expected, #printed, output)
end

for _, page in ipairs(PAGES) do
  local text <const> = read(page)

  describe("Lua in " .. page, function()
    local service, environment

    setup(function()
      service = sandbox.start "--speed 100" -- jobs end within a third of a second
      environment = program.environment(service)
    end)

    teardown(function()
      service:close()
    end)

    before_each(function()
      service:reset() -- so that only jobs of the block are listed
    end)

    local blocks <const> = markdown.blocks(text, "lua")

    it("exists", function()
      assert.is_true(#blocks > 0)
    end)

    for _, block in ipairs(blocks) do
      it(("at line %d runs, and prints what it says"):format(block.line), function()
        local is_whole <const> = block.code:find('require "bytenite"', 1, true)
        local code <const> = is_whole and block.code or api.preamble .. block.code
        local place <close> = folder.new() -- some write files
        local ran <const> = program.lua({ "-e", code }, environment, place.path)
        assert.equal(0, ran.status, ran.errors)
        if not block.code:find("io.stderr", 1, true) then assert.equal("", ran.errors) end
        local expected <const> = expected_lines(block.code)
        if #expected > 0 or ran.output ~= "" then assert_prints(expected, ran.output) end
      end)
    end
  end)

  describe("links in " .. page, function()
    local above <const> = page:match "^(.*/)[^/]*$" or ""

    for _, link in ipairs(markdown.links(text)) do
      local path <const>, anchor <const> = link:match "^([^#]*)#?(.*)$"
      if not link:find "^https?:" then
        it(link .. " has a target", function()
          local target <const> = path == "" and page or above .. path
          assert.is_true(exists(target), target)
          if anchor ~= "" then assert.is_true(markdown.anchors(read(target))[anchor] or false) end
        end)
      end
    end
  end)
end

describe("the shell commands of the pages", function()
  local makefile <const> = read "Makefile"
  local packages <const> = read "scripts/lib/prepare.sh"

  -- By command: a check of its words. Other commands are refused.
  local checks = {}

  local function assert_exists(path)
    assert.is_true(exists(path), path)
  end

  local function assert_named(name, text)
    assert.is_true((" " .. text:gsub("[\n,:]", " ") .. " "):find(" " .. name .. " ", 1, true) ~= nil, name)
  end

  checks["make"] = function(words)
    for _, target in ipairs(words) do
      assert.is_true(("\n" .. makefile):find("\n" .. target .. ":", 1, true) ~= nil, "make " .. target)
    end
  end

  checks["apt-get"] = function(words)
    for index = 2, #words do
      assert_named(words[index], packages)
    end
  end

  checks["luarocks"] = function(words)
    assert_exists(words[#words])
    assert.is_truthy(words[#words]:find "%.rockspec$")
  end

  checks["cmake"] = function(words)
    for index, word in ipairs(words) do
      if word == "--target" then assert_named(words[index + 1], read "CMakeLists.txt") end
    end
  end

  checks["export"] = function(words)
    for _, word in ipairs(words) do
      assert.is_truthy(word:find "^LUA_C?PATH=" or word:find "^PATH=" or word:find "^BYTENITE_PROFILE=")
    end
  end

  checks["bytenite"] = function(words)
    local help <const> = program.lua({ "bin/bytenite", words[1], "--help" }).output
    for index = 2, #words do
      if words[index]:find "^%-%-" then assert_named(words[index], read "docs/command.md") end
    end
    assert.is_truthy(help:find("Usage: bytenite " .. words[1], 1, true), help)
  end

  checks["scripts/demo"] = assert_exists

  checks["scripts/test"] = function(words)
    assert_exists "scripts/test"
    for _, word in ipairs(words) do
      assert_exists(word)
    end
  end

  checks["bin/bytenite-sandbox"] = function(words, line)
    local help <const> = program.lua({ "bin/bytenite-sandbox", "--help" }).output
    for _, word in ipairs(words) do
      if word:find "^%-%-" then assert_named(word, help) end
    end
    for fault in line:gmatch "%-%-fault '([^']*)'" do
      assert(fault_text.parse(fault))
    end
  end
  checks["bytenite-sandbox"] = checks["bin/bytenite-sandbox"]

  local function words_of(command)
    local words <const> = {}
    for word in command:gmatch "%S+" do
      words[#words + 1] = word
    end
    return words
  end

  for _, page in ipairs(PAGES) do
    for _, block in ipairs(markdown.blocks(read(page), "sh")) do
      for line in block.code:gmatch "[^\n]+" do
        it(("in %s: %s can be typed"):format(page, line), function()
          for command in (line:gsub("%s+#.*$", "") .. "&&"):gmatch "%s*(.-)%s*&&" do
            local words <const> = words_of(command)
            local name = table.remove(words, 1)
            while name:find "^LUAROCKS_CONFIG=" do
              assert_exists(name:match "=(.*)")
              name = table.remove(words, 1)
            end
            local check <const> = checks[name] or error("no check for " .. name)
            check(check == assert_exists and name or words, command)
          end
        end)
      end
    end
  end
end)
