--- recent_ids.lua: stores the ids of the jobs last listed on a terminal, for completion.
local recent_ids <const> = {}

local MOST <const> = 200

-- Returns the folder for caches (XDG Base Directory Specification), or nil.
local function folder()
  local cache <const> = os.getenv "XDG_CACHE_HOME"
  if cache and cache:sub(1, 1) == "/" then return cache .. "/bytenite" end
  local home <const> = os.getenv "HOME"
  return home and home:sub(1, 1) == "/" and home .. "/.cache/bytenite" or nil
end

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

--- Stores the ids of jobs. Ignores errors: the command itself has succeeded.
---@param jobs table[]
function recent_ids.write(jobs)
  local place <const> = folder()
  if not place then return end
  local path <const> = place .. "/ids"
  local file = io.open(path, "w")
  if not file then
    os.execute(("mkdir -p -m 700 %s 2>/dev/null"):format(quoted(place)))
    file = io.open(path, "w")
  end
  if not file then return end
  for index = 1, math.min(#jobs, MOST) do
    local id <const> = jobs[index].id
    if type(id) == "string" and id:find "^[%w._-]+$" then file:write(id, "\n") end
  end
  file:close()
end

--- Returns the stored ids.
---@return string[]
function recent_ids.read()
  local place <const> = folder()
  local file <close> = place and io.open(place .. "/ids") or nil
  local ids <const> = {}
  if not file then return ids end
  for line in file:lines() do
    if line:find "^[%w._-]+$" then ids[#ids + 1] = line end
  end
  return ids
end

return recent_ids
