--- Collects the files that programs write: chunks, results of tasks, output. Programs may write
--- anything, so this module refuses links that lead out of the job's folder and everything but
--- regular files, and no name becomes a path outside of a folder.
local cqueues <const> = require "cqueues"
local uv <const> = require "luv"

local files <const> = require "bytenite.sandbox.runner.files"

---@class bytenite.sandbox.LeftFile
---@field name string path below the folder
---@field path string of the regular file
---@field is_link boolean

local collected_files = {}

local MOST_LEVELS <const> = 32 -- of folders
local READABLE <const> = 420 -- 0644; other users cannot enter the parent folders
local TURN <const> = 64 -- number of files after which other coroutines run

local function add(list, folder, prefix, top, level)
  if level > MOST_LEVELS then return ("the folder %s lies too deep"):format(prefix) end
  local names <const>, unreadable <const> = files.list(folder)
  if names == nil then return unreadable end
  for _, name in ipairs(names) do
    local path <const>, shown <const> = files.join(folder, name), prefix .. name
    local kind <const> = files.kind(path)
    if kind == "directory" then
      local problem <const> = add(list, path, shown .. "/", top, level + 1)
      if problem then return problem end
    elseif kind == "link" then
      if not files.is_below(path, top) then return ("%s is a link that leads out of the job's folder"):format(shown) end
      local real <const> = files.real(path)
      if files.kind(real) ~= "file" then return ("%s is a link to something that is not a file"):format(shown) end
      list[#list + 1] = { name = shown, path = real, is_link = true }
    elseif kind == "file" then
      list[#list + 1] = { name = shown, path = path, is_link = false }
    else
      return ("%s is not a regular file"):format(shown)
    end
    if #list % TURN == 0 then cqueues.sleep(0) end
  end
  return nil
end

--- Returns the files in a folder and its subfolders, in order.
---@param folder string its real path: a program may have replaced it by a link
---@param top string the job's folder
---@return bytenite.sandbox.LeftFile[]|nil
---@return string|nil problem
---@usage local left, problem = collected_files.list(output, run.folder)
function collected_files.list(folder, top)
  if files.real(folder) ~= folder then
    return nil, ("the folder %s is gone, or has become a link"):format(folder:match "[^/]*$")
  end
  local list <const> = {}
  local problem <const> = add(list, folder, "", top, 0)
  if problem then return nil, problem end
  return list
end

--- Moves a file that a program wrote. Replaces a link by the file that it leads to.
---@param left bytenite.sandbox.LeftFile
---@param target string path
---@return boolean|nil moved
---@return string|nil problem
---@usage assert(collected_files.move(left, "/tmp/job/output/x"))
function collected_files.move(left, target)
  local made <const>, problem <const> = files.make(target:match "^(.*)/")
  if not made then return nil, problem end
  local act <const> = left.is_link and uv.fs_link or uv.fs_rename
  local moved <const>, reason <const> = act(left.path, target)
  if not moved then return nil, reason end
  uv.fs_chmod(target, READABLE) -- the program may have removed all permissions
  return true
end

--- Returns the chunks that a partitioner wrote: data_0.bin, data_1.bin, ... in the order of their
--- numbers.
---@param folder string
---@param top string the job's folder
---@return bytenite.sandbox.LeftFile[]|nil chunks
---@return string problem, or the name of a file that is not a chunk; "" if there is none
---@usage local chunks, problem = collected_files.chunks(folder, run.folder)
function collected_files.chunks(folder, top)
  local list <const>, problem <const> = collected_files.list(folder, top)
  if list == nil then return nil, problem end
  local chunks <const>, other = {}, ""
  for _, left in ipairs(list) do
    local digits <const> = left.name:match "^data_(%d+)%.bin$"
    local number <const> = digits and math.tointeger(tonumber(digits))
    if number then
      chunks[#chunks + 1] = left
      left.number = number
    else
      other = left.name
    end
  end
  table.sort(chunks, function(one, two)
    if one.number ~= two.number then return one.number < two.number end
    return one.name < two.name
  end)
  return chunks, other
end

local function numbered(name, number, width)
  local folder <const>, last <const> = name:match "^(.-)([^/]*)$"
  local stem <const>, ending <const> = last:match "^(.+)(%.[^.]*)$"
  return ("%s%s_%0" .. width .. "d%s"):format(folder, stem or last, number, ending or "")
end

-- Counts the names of files and of their parent folders, which no file may have.
local function count_names(lists)
  local counts <const>, folders <const> = {}, {}
  for _, list in ipairs(lists) do
    for _, left in ipairs(list) do
      counts[left.name] = (counts[left.name] or 0) + 1
      for slash in left.name:gmatch "()/" do
        folders[left.name:sub(1, slash - 1)] = true
      end
    end
  end
  return counts, folders
end

--- Gives the files of several tasks distinct names. Keeps a name that only one task uses; adds the
--- task's number to a name that several tasks use: `count_0.json`, `count_1.json`.
---@param lists bytenite.sandbox.LeftFile[][] the files of each task, from task 0 on
---@return {left: bytenite.sandbox.LeftFile, name: string}[]
---@usage for _, each in ipairs(collected_files.distinct(lists)) do ... end
function collected_files.distinct(lists)
  local counts <const>, folders <const> = count_names(lists)
  local width <const> = #tostring(math.max(#lists - 1, 0))
  local named <const>, taken <const> = {}, {}
  for name, count in pairs(counts) do
    taken[name] = count == 1 and not folders[name] or nil
  end
  for index, list in ipairs(lists) do
    for _, left in ipairs(list) do
      local name = left.name
      if counts[name] > 1 or folders[name] then
        repeat
          name = numbered(name, index - 1, width)
        until not taken[name] and not folders[name]
        taken[name] = true
      end
      named[#named + 1] = { left = left, name = name }
    end
  end
  return named
end

--- Returns a name for people and JSON, with control characters and bytes that are not UTF-8 as %XX.
---@param name string of a file
---@return string
---@usage collected_files.shown "a\nb" --> "a%0Ab"
function collected_files.shown(name)
  local pattern <const> = utf8.len(name) and "%c" or "[%c\x80-\xff]"
  return (name:gsub(pattern, function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

return collected_files
