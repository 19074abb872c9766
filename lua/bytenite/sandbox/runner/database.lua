--- Stores jobs in a SQLite file: their members, logs, uploads and the paths of their results.
---
--- Writes go to a write-ahead log without waiting for the disk: the data survives the end of the
--- process, even a crash; a power failure may lose the last writes.
local luasql <const> = require "luasql.sqlite3"

local core <const> = require "bytenite.core"

---@class bytenite.sandbox.Database
---@field package environment userdata of luasql
---@field package connection userdata of luasql
---@field package numbers table<string, integer> of jobs, in the order of their creation
---@field package last_number integer
local Database = {}
Database.__index = Database

local database = {}

local MOST_ROWS <const> = 500 -- in one statement

local SCHEMA <const> = {
  "PRAGMA locking_mode = EXCLUSIVE", -- a second sandbox must not use the file
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = NORMAL",
  "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, number INTEGER NOT NULL, text TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS lines (job TEXT NOT NULL, part TEXT NOT NULL, text TEXT NOT NULL)",
  "CREATE INDEX IF NOT EXISTS lines_by_job ON lines (job)",
  "CREATE TABLE IF NOT EXISTS results (job TEXT PRIMARY KEY, text TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS uploads (job TEXT PRIMARY KEY, text TEXT NOT NULL)",
  -- Takes the lock even if all tables exist.
  "DELETE FROM lines WHERE job = ''",
}

--- Opens the file. Creates it if it does not exist. Raises a string if it cannot be used.
---@param path string
---@return bytenite.sandbox.Database
---@usage local kept = database.open "data/sandbox.db"
function database.open(path)
  local environment <const> = luasql.sqlite3()
  local connection <const>, problem <const> = environment:connect(path)
  if connection == nil then error(("%s: %s"):format(path, problem), 0) end
  local self <const> = setmetatable({ connection = connection, numbers = {}, last_number = 0 }, Database)
  self.environment = environment
  for _, statement in ipairs(SCHEMA) do
    local result <const>, reason <const> = connection:execute(statement)
    if result == nil then
      self:close()
      error(("%s: %s"):format(path, reason:gsub("^LuaSQL: ", "")), 0)
    end
    if type(result) == "userdata" then result:close() end
  end
  return self
end

-- Runs a statement, with values for its "?".
local function execute(self, statement, ...)
  local values <const>, index = { ... }, 0
  local text <const> = statement:gsub("%?", function()
    index = index + 1
    local value <const> = values[index]
    return math.type(value) and tostring(value) or ("'%s'"):format(self.connection:escape(value))
  end)
  local result <const>, problem <const> = self.connection:execute(text)
  if result == nil then error("the database: " .. problem, 0) end
  return result
end

-- Calls a function with the columns of each row. The first column is never NULL. (It does not fetch
-- rows into tables: LuaSQL 2.8 returns a table even if there is no row.)
local function each_row(self, query, take)
  local cursor <const> = execute(self, query)
  local function take_row(first, ...)
    if first ~= nil then take(first, ...) end
    return first ~= nil
  end
  while take_row(cursor:fetch()) do -- until there is no row
  end
  cursor:close()
end

-- Ids may be any bytes; text in SQLite may not.
local key_of <const> = core.percent_encode

local function id_of(key)
  return (key:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

--- Stores a job. Raises a string if it cannot be written, like all functions below.
---@param id string
---@param values table its members
---@usage kept:save_job(id, job.values)
function Database:save_job(id, values)
  local number = self.numbers[id]
  if number == nil then
    number = self.last_number + 1
    self.numbers[id], self.last_number = number, number
  end
  execute(self, "REPLACE INTO jobs (id, number, text) VALUES (?, ?, ?)", key_of(id), number, (core.encode(values)))
end

--- Adds lines to logs.
---@param lines {id: string, part: string, line: table}[]
---@usage kept:add_lines { { id = id, part = "assembler", line = { log = "x" } } }
function Database:add_lines(lines)
  for first = 1, #lines, MOST_ROWS do
    local rows <const> = {}
    for index = first, math.min(first + MOST_ROWS - 1, #lines) do
      local each <const> = lines[index]
      local text <const> = self.connection:escape((core.encode(each.line)))
      rows[#rows + 1] = ("('%s', '%s', '%s')"):format(key_of(each.id), each.part, text)
    end
    local result <const>, problem <const> =
      self.connection:execute("INSERT INTO lines (job, part, text) VALUES " .. table.concat(rows, ", "))
    if result == nil then error("the database: " .. problem, 0) end
  end
end

--- Stores the paths of a job's results.
---@param id string
---@param list {name: string, path: string}[]
---@usage kept:save_results(id, list)
function Database:save_results(id, list)
  execute(self, "REPLACE INTO results (job, text) VALUES (?, ?)", key_of(id), (core.encode(core.array(list))))
end

--- Stores the description of an upload.
---@param id string of the job
---@param description table
---@usage kept:save_upload(id, { name = "x", path = "..." })
function Database:save_upload(id, description)
  execute(self, "REPLACE INTO uploads (job, text) VALUES (?, ?)", key_of(id), (core.encode(description)))
end

--- Removes a job and its data.
---@param id string
---@usage kept:remove_job(id)
function Database:remove_job(id)
  self.numbers[id] = nil
  for _, table_and_column in ipairs { "jobs WHERE id", "lines WHERE job", "results WHERE job", "uploads WHERE job" } do
    execute(self, ("DELETE FROM %s = ?"):format(table_and_column), key_of(id))
  end
end

--- Removes everything.
---@usage kept:remove_all()
function Database:remove_all()
  self.numbers = {}
  for _, name in ipairs { "jobs", "lines", "results", "uploads" } do
    execute(self, "DELETE FROM " .. name)
  end
end

--- Reads all jobs, the oldest first.
---@return table[] entries with `id`, `values`, `lines` (by part), `results` and `uploads` (or nil)
---@usage for _, each in ipairs(kept:load()) do ... end
function Database:load()
  local list <const>, by_key <const> = {}, {}
  each_row(self, "SELECT id, number, text FROM jobs ORDER BY number", function(key, number, text)
    local id <const> = id_of(key)
    local entry <const> = { id = id, values = core.decode(text), lines = {} }
    list[#list + 1], by_key[key] = entry, entry
    self.numbers[id] = math.tointeger(tonumber(number))
    self.last_number = self.numbers[id]
  end)
  each_row(self, "SELECT job, part, text FROM lines ORDER BY rowid", function(key, part, text)
    local entry <const> = by_key[key]
    if entry then
      entry.lines[part] = entry.lines[part] or {}
      table.insert(entry.lines[part], (core.decode(text)))
    end
  end)
  for _, name in ipairs { "results", "uploads" } do
    each_row(self, ("SELECT job, text FROM %s"):format(name), function(key, text)
      local entry <const> = by_key[key]
      if entry then entry[name] = core.decode(text) end
    end)
  end
  return list
end

--- Closes the file.
---@usage kept:close()
function Database:close()
  self.connection:close()
  self.environment:close()
end

return database
