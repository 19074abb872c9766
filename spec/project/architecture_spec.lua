-- ARCHITECTURE.md and CONTRIBUTING.md: every file, function, method and target that they name
-- exists, and the phrases are those that lint searches for. worked_change_spec.lua makes the worked
-- change.
--
-- Text between backticks is checked by its form: `name()` is a function in src/ or lua/, with its
-- table if one is named (`call.run()`, `Reactor:drive()`); `client:name` and `job:name` are
-- methods; text with a slash or the suffix of a file is a path; `make name` is a target; any other
-- word must occur in src/ or lua/.
local Job <const> = require("bytenite").Job
local calls <const> = require "bytenite.client_methods"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local markdown <const> = require "spec.support.markdown"
local phrases <const> = dofile "scripts/lib/phrases.lua"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function exists(path)
  return lfs.attributes(path) ~= nil
end

local function files_below(top, ending, found)
  for name in lfs.dir(top) do
    local path <const> = top .. "/" .. name
    local mode <const> = name:sub(1, 1) ~= "." and lfs.attributes(path, "mode")
    if mode == "directory" then
      files_below(path, ending, found)
    elseif mode and name:find(ending) then
      found[#found + 1] = path
    end
  end
  return found
end

local c_files <const> = files_below("src", "%.[ch]$", {})
local lua_files <const> = files_below("lua", "%.lua$", {})

-- What names are compared with: lines of code, words, names of files without their folders,
-- targets.
local c_lines <const>, lua_text <const>, words <const>, file_names <const> = {}, {}, {}, {}
for _, path in ipairs(c_files) do
  for line in path:find "%.c$" and io.lines(path) or string.gmatch("", ".") do
    if line:find "^[%a_].*%(" and not line:find ";%s*$" then c_lines[#c_lines + 1] = line end
  end
end
for _, path in ipairs(lua_files) do
  lua_text[#lua_text + 1] = read(path)
end
local all_lua <const> = "\n" .. table.concat(lua_text, "\n")
for _, list in ipairs { c_files, lua_files } do
  for _, path in ipairs(list) do
    file_names[path:match "[^/]*$"] = true
    for word in read(path):gmatch "[%a_][%w_]*" do
      words[word] = true
    end
  end
end
local makefile <const> = "\n" .. read "Makefile"

local function escaped(text)
  return (text:gsub("%p", "%%%0"))
end

local function is_c_function(name)
  for _, line in ipairs(c_lines) do
    if line:find("[ *]" .. name .. "%(") then return true end
  end
  return false
end

local function is_lua_function(name)
  local pattern <const> = escaped(name)
  return all_lua:find("%f[%w_]function " .. pattern .. "%(") ~= nil
    or all_lua:find("\n%s*" .. pattern .. " = function%(") ~= nil
    or (name:find("%.") and all_lua:find("\n" .. pattern .. " =") ~= nil)
end

local function is_function(name)
  return (name:find "^[%w_]+$" and is_c_function(name)) or is_lua_function(name)
end

local function is_file_name(name)
  return exists(name) or file_names[name] or name == "lua.h" -- part of Lua
end

local methods <const> = { client = calls, job = Job }

-- Returns what is wrong with a word, or nil.
local function problem_with_word(word)
  local called <const> = word:match "^([%w_.:]+)%(%)$"
  if called then return not is_function(called) and "no such function" or nil end
  local object <const>, method <const> = word:match "^(%l+):([%w_]+)$"
  if object then return not (methods[object] and methods[object][method]) and "no such method" or nil end
  if word:find "^[%w_.-]+/[%w_./-]*$" then
    return not (word:find "^build/" or exists((word:gsub("/$", "")))) and "no such file or folder" or nil
  end
  if word:find "^[%w_-]+%.%l+$" and (word:find "%.lua$" or word:find "%.[ch]$" or word:find "%.md$") then
    return not is_file_name(word) and "no such file" or nil
  end
  local last <const> = word:match "^[%w_.]-([%a_][%w_]*)$" or word:match "^([%a_][%w_]*)%("
  if last and not words[last] then return "no such word in src or lua" end
end

-- Returns what is wrong with a text between backticks, or nil.
local function problem_with(text)
  local targets <const> = text:match "^make ([%l ]+)$"
  for target in (targets or ""):gmatch "%l+" do
    if not makefile:find("\n" .. target .. ":", 1, true) then return "no such target" end
  end
  if targets then return nil end
  if not text:find " " then return problem_with_word(text) end
  for word in text:gmatch "%S+" do -- of a command
    local problem <const> = word:find "^%a[%w_.-]*/" and problem_with_word(word)
    if problem then return problem end
  end
end

-- Returns the texts between backticks, without those in fenced blocks.
local function quoted(text)
  local found <const> = {}
  for token in ("\n" .. text):gsub("\n```.-\n```", "\n"):gmatch "`([^`\n]+)`" do
    found[#found + 1] = token
  end
  return found
end

for _, page in ipairs { "ARCHITECTURE.md", "CONTRIBUTING.md" } do
  describe(page, function()
    local text <const> = read(page)

    it("names only what exists", function()
      local problems <const> = {}
      local tokens <const> = quoted(text)
      for _, token in ipairs(tokens) do
        local problem <const> = problem_with(token)
        if problem then problems[#problems + 1] = token .. ": " .. problem end
      end
      assert.same({}, problems)
      assert.is_true(#tokens > 50)
    end)

    it("links to files that exist", function()
      for _, link in ipairs(markdown.links(text)) do
        assert.is_true(exists(link), link)
      end
    end)

    it("has short lines", function()
      for line in text:gmatch "[^\n]+" do
        assert.is_true((utf8.len(line) or #line) <= 140, line)
      end
    end)
  end)
end

describe("the check of names", function()
  for _, name in ipairs {
    "transport_begin()",
    "transport_init_all()",
    "reactor.resume_all()",
    "Reactor:resume()",
    "client:mapp",
    "job:rename",
    "src/https/",
    "src/http/transports.c",
    "scripts/tests",
    "scripts/test spec/no_such_spec.lua",
    "transports.c",
    "NOTES.md",
    "make tests",
    "no_such_word_anywhere",
    "plan.no_such_field",
  } do
    it("notices " .. name, function()
      assert.is_string(problem_with(name))
    end)
  end

  for _, name in ipairs {
    "transport_start()",
    "luaopen_bytenite_core()",
    "reactor.resume()",
    "Reactor:drive()",
    "handle()",
    "client:map",
    "job:set_name",
    "src/http/",
    "scripts/test --filter x spec/jobs/job_spec.lua",
    "make test lint",
    "GET /nowhere/at/all",
  } do
    it("accepts " .. name, function()
      assert.is_nil(problem_with(name))
    end)
  end
end)

describe("CONTRIBUTING.md", function()
  local text <const> = read "CONTRIBUTING.md"

  it("lists the phrases that lint looks for", function()
    for _, phrase in ipairs(phrases.list) do
      local row <const> = ("\n| %s | %s |\n"):format(phrase.avoid, phrase.write)
      assert.is_truthy(text:find(row, 1, true), row)
    end
  end)

  it("names every target of the Makefile", function()
    for target in makefile:gmatch "\n(%l+): ##" do
      assert.is_truthy(text:find("`make " .. target .. "`", 1, true), target)
    end
  end)
end)

describe("scripts/lib/prose.lua", function()
  local place

  before_each(function()
    place = folder.new()
  end)

  after_each(function()
    place:__close()
  end)

  -- Checks a file with some text. Returns what was printed, and whether the check succeeded.
  local function check(text, name)
    local path <const> = place:at(name or "module.lua")
    local file <const> = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    local output <close> = assert(io.popen("lua5.4 scripts/lib/prose.lua " .. path))
    local printed <const> = output:read "a"
    return printed:gsub("^.-:(%d+): ", "%1: "), output:close() == true
  end

  it("accepts short lines in plain words", function()
    local code <const> = ("x"):rep(120)
    assert.same({ "", true }, { check("-- Returns no more than the limit.\n" .. code .. "\n") })
  end)

  it("suggests better words", function()
    local printed <const>, ok <const> = check "-- The call Gives back a value.\n"
    assert.same({ '1: instead of "gives back" write "returns"\n', false }, { printed, ok })
  end)

  it("suggests better words in the comments and names of tests, and checks nothing else in specs", function()
    for _, line in ipairs { 'it("%s", function()', "-- It %s.", "local text -- which %s" } do
      local printed <const> = check("\n" .. line:format "goes on", "module_spec.lua")
      assert.equal('2: instead of "goes on" write "continues"\n', printed)
    end
    local code <const> = 'describe("so", function()\n  note "goes on"\n' .. ("x"):rep(121)
    assert.equal("", check(code, "module_spec.lua"))
  end)

  it("wants a verb at the start of a function's comment", function()
    for _, start in ipairs { "local function f()", "function M.f()", "function M:f()" } do
      for _, word in ipairs { "Whether", "What" } do
        local printed <const>, ok <const> = check(("-- A file.\n\n--- %s is set.\n--- More.\n%s\n"):format(word, start))
        assert.same({ ('3: instead of "%s" begin with a verb\n'):format(word), false }, { printed, ok })
      end
    end
    for _, text in ipairs {
      "-- Returns a value.\n-- What else it does.\nlocal function f()\n",
      "-- What is set.\nlocal set = {}\nlocal function f()\n",
      "-- What the file has.\n\nlocal function f()\n",
    } do
      assert.same({ "", true }, { check(text) })
    end
  end)

  it("measures comment lines and code lines", function()
    local comment <const> = check("--" .. ("x"):rep(99) .. "\n")
    assert.equal("1: comment line of 101 columns, at most 100 are allowed\n", comment)
    local code <const> = check("\n" .. ("x"):rep(121) .. "\n")
    assert.equal("2: code line of 121 columns, at most 120 are allowed\n", code)
  end)

  it("counts the lines of a file", function()
    assert.same({ "", true }, { check(("x\n"):rep(400)) })
    local printed <const>, ok <const> = check(("x\n"):rep(401))
    assert.matches(": 401 lines, at most 400 are allowed", printed)
    assert.is_false(ok)
  end)
end)
