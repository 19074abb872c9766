--- download_plan.lua: decides under which names results are written, before anything is fetched.
local errors <const> = require "bytenite.errors"
local printable <const> = require "bytenite.base.printable"

local download_plan <const> = {}

local MOST_FOLDERS <const> = 64 -- in a name
local LONGEST_PART <const> = 255 -- bytes, as in src/binding/files.c
local LONGEST_PATH <const> = 4095 -- bytes, Linux's PATH_MAX without the NUL

local NAME_HINT <const> = "choose names of your own with file_name"
local EXISTING_HINT <const> = 'existing = "replace" overwrites it, "skip" keeps it'

local function refuse(index, name, problem)
  return nil,
    errors.file(("cannot write result %d, %q: %s"):format(index, printable.visible(tostring(name)), problem), NAME_HINT)
end

-- Returns the parts of a path: "out" and "b" for "out//b" and "./out/b"; or nil and a problem.
local function parts_of(path)
  local parts <const> = {}
  for part in path:gmatch "[^/]+" do
    if part == ".." then return nil, "it would lead elsewhere" end
    if #part > LONGEST_PART then return nil, ("a part of it has more than %d bytes"):format(LONGEST_PART) end
    if part ~= "." then parts[#parts + 1] = part end
  end
  if #parts == 0 then return nil, "it would lead elsewhere" end
  if #parts - 1 > MOST_FOLDERS then return nil, ("it has more than %d folders"):format(MOST_FOLDERS) end
  return parts
end

-- Returns the parts of a result's name; or nil and the reason why no file in the folder can have
-- this name.
local function checked_parts(name, folder)
  if type(name) ~= "string" or name == "" then return nil, "it has no name" end
  local unprintable <const> = printable.problem(name)
  if unprintable then return nil, "it contains " .. unprintable end
  if name:find "\\" then return nil, "it contains a backslash" end
  if name:sub(1, 1) == "/" then return nil, "it is absolute" end
  local parts <const>, problem <const> = parts_of(name)
  if parts and #folder + 1 + #table.concat(parts, "/") > LONGEST_PATH then
    return nil, ("its path would have more than %d bytes"):format(LONGEST_PATH)
  end
  return parts, problem
end

local function called_alike(name, other)
  if name == other then return ("two results are called %q"):format(name) end
  return ("%q and %q differ in case only"):format(other, name)
end

local function file_and_folder(file, below)
  return ("%q would be a file, and a folder for %q"):format(file, below)
end

-- Keys of a node that cannot be parts of names. Their values: the name of the file that the node
-- stands for, of the empty folder that it stands for, and of a file below it.
local FILE <const>, EMPTY <const>, BELOW <const> = "/file", "/empty", "/below"

-- Adds a file to the tree of names. Returns a problem if it conflicts with a file that is in the
-- tree: names that differ in case only are one name on many file systems. `node`: the root of the
-- tree, by lower-case parts of names. (In a table of whole paths, memory would grow with the square
-- of the depth.)
local function clash(node, file, parts)
  local name <const> = file.name
  for index, part in ipairs(parts) do
    local key <const> = part:lower()
    local next_node <const> = node[key] or {}
    node[key] = next_node
    node = next_node
    if index < #parts then
      if node[FILE] then return file_and_folder(node[FILE], name) end
      node[BELOW] = node[BELOW] or name
    end
  end
  if file.is_folder then
    if node[EMPTY] then return called_alike(name, node[EMPTY]) end
    if node[FILE] then return file_and_folder(node[FILE], name) end
    node[EMPTY] = name
  else
    if node[FILE] then return called_alike(name, node[FILE]) end
    local below <const> = node[BELOW] or node[EMPTY]
    if below then return file_and_folder(name, below) end
    node[FILE] = name
  end
  return nil
end

--- Decides which files to write.
---@param results table as the service lists them
---@param folder string
---@param options table result, file_name
---@return table[]|nil # a list of {name, link, is_folder}; nil and an error if one is refused
---@return table|nil
function download_plan.files(results, folder, options)
  local files <const>, root <const> = {}, {}
  for index, result in ipairs(results) do
    if type(result) ~= "table" then
      return nil, errors.new { kind = "unexpected", message = "the response has no list of results" }
    end
    if not options.result or result.name == options.result then
      local name = result.name
      if options.file_name then name = options.file_name(result, index) end
      local parts <const>, problem <const> = checked_parts(name, folder)
      if not parts then return refuse(index, name, problem) end
      local file <const> = { name = table.concat(parts, "/"), link = result.link, is_folder = name:find "/%.?$" ~= nil }
      local clashing <const> = clash(root, file, parts)
      if clashing then return nil, errors.file(clashing, NAME_HINT) end
      files[#files + 1] = file
    end
  end
  if options.result and #files == 0 then
    return nil, errors.new { kind = "not_found", message = ("the job has no result %q"):format(options.result) }
  end
  return files
end

-- Returns whether to fetch a file; or nil, a problem and perhaps a hint.
local function decide(file, kind, existing)
  if kind == nil then return true end
  if file.is_folder then
    if kind == "folder" then return true end
    return nil, "there is a file of that name"
  end
  if kind == "folder" then return nil, "there is a folder of that name" end
  if existing == "error" then return nil, "it exists", EXISTING_HINT end
  if existing == "replace" then return true end
  if kind == "file" then return false end
  return nil, "there is a symbolic link or a special file of that name, and only regular files are kept"
end

--- Checks which files exist in the folder.
---@param files table[] see `files`; gets `skipped` and `size` for files that are not fetched
---@param folder userdata
---@param existing string "error", "skip" or "replace"
---@return boolean|nil # true; nil and an error
---@return table|nil
function download_plan.look(files, folder, existing)
  for _, file in ipairs(files) do
    local kind <const>, detail <const> = folder:kind(file.name)
    local wanted, problem, hint
    if kind == false then
      problem = detail
    else
      wanted, problem, hint = decide(file, kind, existing)
    end
    if problem then return nil, errors.file(("cannot write %s: %s"):format(file.name, problem), hint) end
    if not wanted then
      file.skipped, file.size = true, detail
    end
  end
  return true
end

return download_plan
