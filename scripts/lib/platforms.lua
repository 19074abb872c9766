--- platforms.lua: writes a row of docs/platforms.md, for scripts/matrix.
---
---   lua5.4 scripts/lib/platforms.lua PAGE NAME RELEASE PROCESSOR WHAT USED DATE < LOG
---
--- LOG is the output of a run of the specs, whose last line is "N passed, N failed". USED has three lines: the versions of
--- Lua, of libcurl and of the compiler. The other rows of the page stay as they are.
local page <const>, name <const>, release <const>, processor <const>, what <const>, used <const>, date <const> =
  table.unpack(arg)

local WHAT <const> = {
  all = "all specs",
  core = "core (no server)",
  ["lua5.5"] = "core and the four updates",
}

local log <const> = io.read "a"
local passed, failed = ("\n" .. log):match "\n(%d+) passed, (%d+) failed\n?$"
if not passed then
  passed, failed = "0", "the run itself"
end

-- The names of the tests that failed: they follow a line with the place.
local failures <const> = {}
for test in log:gmatch "\n%a+ %-> [^\n]*_spec%.lua @ %d+\n([^\n]+)" do
  failures[#failures + 1] = test
end

local lines <const> = {}
for line in (used .. "\n"):gmatch "([^\n]*)\n" do
  lines[#lines + 1] = line
end
local compiler_line <const> = lines[3] or ""
local clang <const> = compiler_line:match "clang version ([%d.]+)"
local compiler <const> = clang and "clang " .. clang or compiler_line:gsub("^.* ([%d.]+)$", "gcc %1")

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local before <const>, table_text <const>, after <const> =
  read(page):match "^(.-\n| %-%-%-[^\n]*\n)(.-)(\n## Failures\n.*)$"
assert(before, page .. " has no table before its section Failures")

local rows <const>, order <const> = {}, {}
for row in table_text:gmatch "[^\n]+" do
  local key <const> = row:match "^| (%S+)"
  rows[key], order[#order + 1] = row, key
end
if not rows[name] then order[#order + 1] = name end
rows[name] = ("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |"):format(
  name,
  release,
  processor,
  WHAT[what] or what,
  lines[1] or "",
  lines[2] or "",
  compiler,
  passed,
  failed,
  date
)

local text <const> = {}
for index, key in ipairs(order) do
  text[index] = rows[key] .. "\n"
end

-- The section of failures: one line for each test, under the name of its row.
local kept <const> = {}
for line in after:gmatch "\n(%- [^\n]+)" do
  if line:match "^%- (%S+):" ~= name then kept[#kept + 1] = line end
end
for _, test in ipairs(failures) do
  kept[#kept + 1] = ("- %s: %s"):format(name, test)
end
if #kept == 0 then kept[1] = "None." end

local file <close> = assert(io.open(page, "w"))
assert(file:write(before, table.concat(text), "\n## Failures\n\n", table.concat(kept, "\n"), "\n"))
