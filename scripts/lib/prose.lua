--- prose.lua: checks wording and line lengths in src/ and lua/, the wording of docs/api and of the
--- comments and names of tests, and the lengths of all files that are written by hand, for
--- scripts/lint.
---
---     lua5.4 scripts/lib/prose.lua           checks all files
---     lua5.4 scripts/lib/prose.lua FILE...   checks some files
local phrases <const> = dofile "scripts/lib/phrases.lua"

local COMMENT_WIDTH <const>, CODE_WIDTH <const> = 100, 120 -- columns
local MOST_LINES <const> = 400 -- of a file

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

-- Returns what is wrong with the words of a line, one message for each problem.
local function problems_of_words(line)
  local problems <const> = {}
  for _, phrase in ipairs(phrases.find(line)) do
    problems[#problems + 1] = ('instead of "%s" write %s'):format(phrase.avoid, phrase.write)
  end
  return problems
end

-- Returns what is wrong with a line, one message for each problem.
local function problems_of(line, is_comment)
  local problems <const> = problems_of_words(line)
  local limit <const> = is_comment and COMMENT_WIDTH or CODE_WIDTH
  if width(line) > limit and not line:find "https?://%S+$" then
    local kind <const> = is_comment and "comment" or "code"
    problems[#problems + 1] = ("%s line of %d columns, at most %d are allowed"):format(kind, width(line), limit)
  end
  return problems
end

-- Returns what is wrong with the words of a line of a spec. Only comments and names of tests count.
local function problems_in_spec(line, is_comment)
  local is_name <const> = line:find "^%s*it%(" or line:find "^%s*describe%(" or line:find '^%s*{"'
  local text <const> = (is_comment or is_name) and line or line:match " %-%- .*$" or line:match "/%*.*$"
  return text and problems_of_words(text) or {}
end

local failed = false

local function report(place, problem)
  print(("%s: %s"):format(place, problem))
  failed = true
end

-- Reports what a function finds wrong with the lines of a file. It also gets whether a line is a
-- comment.
local function check_lines(path, find_problems)
  local is_comment <const> = path:find "%.lua$" and lua_comments() or c_comments()
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    for _, problem in ipairs(find_problems(line, is_comment(line))) do
      report(("%s:%d"):format(path, number), problem)
    end
  end
end

-- Reports the comments of Lua functions that begin with "Whether" or "What".
local function check_function_comments(path)
  local number, comment = 0, nil -- the first line of a comment, and its number
  for line in io.lines(path) do
    number = number + 1
    local word <const> = comment and comment.text:match "^%-%-%-? (Wh%l+) "
    if (word == "Whether" or word == "What") and (line:find "^function " or line:find "^local function ") then
      report(("%s:%d"):format(path, comment.number), ('instead of "%s" begin with a verb'):format(word))
    end
    comment = line:find "^%-%-" and (comment or { text = line, number = number }) or nil
  end
end

local function check_length(path)
  local count = 0
  for _ in io.lines(path) do
    count = count + 1
  end
  if count > MOST_LINES then
    report(path, ("%d lines, at most %d are allowed: split it by concern"):format(count, MOST_LINES))
  end
end

-- Returns the paths that a command prints.
local function paths_of(command)
  local paths <const> = {}
  local output <close> = assert(io.popen(command))
  for path in output:lines() do
    paths[#paths + 1] = path
  end
  assert(#paths > 0, command)
  return paths
end

for _, path in ipairs(#arg > 0 and arg or paths_of "find src lua -name '*.[ch]' -o -name '*.lua' | sort") do
  check_lines(path, path:find "_spec%.lua$" and problems_in_spec or problems_of)
  if path:find "%.lua$" then check_function_comments(path) end
end
for _, path in ipairs(#arg > 0 and {} or paths_of "find spec -name '*.lua' -o -name '*.[ch]' | sort") do
  check_lines(path, problems_in_spec)
end
for _, path in ipairs(#arg > 0 and {} or paths_of "find docs/api docs/generators -name '*.lua' | sort") do
  check_lines(path, problems_of_words)
end
-- All but pages and what is generated.
local sources <const> = "find src include lua bin spec scripts examples bench docs -type f"
  .. " ! -name '*.md' ! -name '*.svg' ! -path 'docs/types/*' ! -path 'docs/man/*' ! -path 'docs/completion/*'"
  .. " ! -path 'spec/fuzz/corpus/*' | sort"
for _, path in ipairs(#arg > 0 and arg or paths_of(sources)) do
  check_length(path)
end
os.exit(not failed)
