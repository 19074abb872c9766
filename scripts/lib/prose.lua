--- prose.lua: checks line lengths and wording in src/ and lua/, for scripts/lint.
---
---     lua5.4 scripts/lib/prose.lua           checks all files
---     lua5.4 scripts/lib/prose.lua --prune   removes lines that are gone from the known lines
---     lua5.4 scripts/lib/prose.lua FILE...   shows all findings in some files, known or not
---
--- Lines that are older than this check are listed, without their files, in prose_known.txt. A
--- known line may move with its file; a line that is new or edited must be clean. A listed line
--- that no longer exists, or is clean now, is an error, so the list can only shrink.
local phrases <const> = dofile "scripts/lib/phrases.lua"

local KNOWN <const> = "scripts/lib/prose_known.txt"
local COMMENT_WIDTH <const>, CODE_WIDTH <const> = 100, 120 -- columns

-- Returns a function that tells whether a line of C is a comment line: one that holds nothing else.
local function c_comments()
  local is_inside = false
  return function(line)
    local is_comment <const> = is_inside or line:find "^%s*/[*/]" ~= nil
    local rest <const> = is_inside and line or line:match "/%*.*$"
    if rest then is_inside = not rest:find("*/", 1, true) end
    return is_comment
  end
end

local function lua_comments()
  return function(line)
    return line:find "^%s*%-%-" ~= nil
  end
end

-- Returns the width of a line in characters; in bytes if it is not UTF-8.
local function width(line)
  return utf8.len(line) or #line
end

-- Returns what is wrong with a line, one message for each problem.
local function problems_of(line, is_comment)
  local problems <const> = {}
  local limit <const> = is_comment and COMMENT_WIDTH or CODE_WIDTH
  if width(line) > limit and not line:find "https?://%S+$" then
    local kind <const> = is_comment and "comment" or "code"
    problems[1] = ("%s line of %d columns, at most %d are allowed"):format(kind, width(line), limit)
  end
  for _, phrase in ipairs(phrases.find(line)) do
    problems[#problems + 1] = ('instead of "%s" write %s'):format(phrase.avoid, phrase.write)
  end
  return problems
end

-- Calls `report(place, line, problem)` for each finding in a file. `line` has no indentation.
local function check_file(path, report)
  local is_comment <const> = path:find "%.lua$" and lua_comments() or c_comments()
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    for _, problem in ipairs(problems_of(line, is_comment(line))) do
      report(("%s:%d"):format(path, number), line:match "^%s*(.*)$", problem)
    end
  end
end

local function all_files()
  local files <const> = {}
  local output <close> = assert(io.popen "find src lua -name '*.[ch]' -o -name '*.lua' | sort")
  for path in output:lines() do
    files[#files + 1] = path
  end
  return files
end

-- Returns the known lines: those that were found again have the value true.
local function read_known()
  local known <const> = {}
  for line in io.lines(KNOWN) do
    known[line] = false
  end
  return known
end

local function prune(known)
  local kept <const> = {}
  for line, is_found in pairs(known) do
    if is_found then kept[#kept + 1] = line end
  end
  table.sort(kept)
  local file <close> = assert(io.open(KNOWN, "w"))
  for _, line in ipairs(kept) do
    file:write(line, "\n")
  end
end

local is_pruning <const> = arg[1] == "--prune"
local checks_all <const> = #arg == 0 or is_pruning
local known <const> = checks_all and read_known() or {}
local failed = false

local function report(place, line, problem)
  if known[line] ~= nil then
    known[line] = true
    return
  end
  print(("%s: %s"):format(place, problem))
  failed = true
end

for _, path in ipairs(checks_all and all_files() or arg) do
  check_file(path, report)
end
if is_pruning then
  prune(known)
else
  local gone = 0
  for _, is_found in pairs(known) do
    if not is_found then gone = gone + 1 end
  end
  if gone > 0 then
    print(("%s: lines that no longer exist: %d"):format(KNOWN, gone))
    print "to remove them run: lua5.4 scripts/lib/prose.lua --prune"
    failed = true
  end
end
os.exit(not failed)
