--- display.lua: prints jobs, templates, files and results, as tables or records.
local bytenite <const> = require "bytenite"
local json_output <const> = require "bytenite.command.json_output"
local table_layout <const> = require "bytenite.command.table_layout"
local text <const> = require "bytenite.command.text"

local display <const> = {}

-- Unset values are printed by the service as "", 0 or null: all of them are nothing to look at.
local function filled(value)
  if value == nil or value == "" or value == bytenite.null then return nil end
  return value
end

--- A job's state for people: JOB_STATE_COMPLETE is "complete".
---@param state any
---@return string
function display.state(state)
  if filled(state) == nil then return "" end
  return (tostring(state):gsub("^JOB_STATE_", ""):gsub("_", " "):lower())
end

local STATE_COLOURS <const> = { complete = "green", failed = "red", new = "blue" }

--- The colour of a state for people.
---@param state string
---@return string|nil
function display.state_colour(state)
  return STATE_COLOURS[state] or "yellow"
end

--- A timestamp for people, to the second: "2025-08-27 17:56:02".
---@param timestamp any
---@return string
function display.time(timestamp)
  if filled(timestamp) == nil then return "" end
  local date <const>, clock <const> = tostring(timestamp):match "^(%d+-%d+-%d+)T(%d+:%d+:%d+)"
  return date and date .. " " .. clock or tostring(timestamp)
end

local function number(value)
  return type(value) == "number" and value ~= 0 and ("%.14g"):format(value) or nil
end

local function member(name)
  return function(row)
    return filled(row[name]) or ""
  end
end

local JOB_COLUMNS <const> = {
  { title = "ID", value = member "id" },
  {
    title = "STATE",
    value = function(job)
      return display.state(job.state)
    end,
    colour = display.state_colour,
  },
  {
    title = "CREATED (UTC)",
    value = function(job)
      return display.time(job.createdAt)
    end,
  },
  { title = "NAME", value = member "name", may_be_cut = true },
}

local TEMPLATE_COLUMNS <const> = {
  { title = "ID", value = member "id" },
  { title = "APP", value = member "app", may_be_cut = true },
  { title = "DESCRIPTION", value = member "description", may_be_cut = true },
}

local FILE_COLUMNS <const> = {
  { title = "NAME", value = member "name" },
  {
    title = "SIZE",
    value = function(file)
      return text.bytes(file.size or 0)
    end,
    to_right = true,
  },
  { title = "PATH", value = member "path" },
}

local RESULT_COLUMNS <const> = { { title = "NAME", value = member "name" }, { title = "LINK", value = member "link" } }

--- Prints a table of jobs, templates, downloaded files or results.
function display.jobs(console, rows)
  if console.ids_only then
    for _, job in ipairs(rows) do
      console:line(tostring(job.id))
    end
    return
  end
  table_layout.print(console, JOB_COLUMNS, rows)
end

function display.templates(console, rows)
  table_layout.print(console, TEMPLATE_COLUMNS, rows)
end

function display.files(console, rows)
  table_layout.print(console, FILE_COLUMNS, rows)
end

function display.results(console, rows)
  table_layout.print(console, RESULT_COLUMNS, rows)
end

-- A data source in a line, without what may be secret in it.
local function source(value)
  if type(value) ~= "table" or filled(value.dataSourceDescriptor) == nil then return nil end
  local params <const> = type(value.params) == "table" and value.params or {}
  local parts <const> = { value.dataSourceDescriptor }
  for _, name in ipairs { "url", "bucketName", "name" } do
    local part <const> = filled(params[name])
    if type(part) == "string" then parts[#parts + 1] = text.without_secrets(part) end
  end
  return table.concat(parts, " ")
end

local function object(value)
  if type(value) ~= "table" or next(value) == nil then return nil end
  return json_output.line(value)
end

local function duration(seconds)
  return number(seconds) and number(seconds) .. " s"
end

--- Prints all there is to know of a job at a glance.
---@param console table
---@param job table
function display.job(console, job)
  local state <const> = display.state(job.state)
  local params <const> = type(job.params) == "table" and job.params or {}
  table_layout.record(console, {
    { "id", job.id },
    { "name", filled(job.name) },
    { "state", filled(state), display.state_colour(state) },
    { "error", filled(job.errorMessage), "red" },
    { "description", filled(job.description) },
    { "template", filled(job.templateId) },
    { "source", source(job.dataSource) },
    { "destination", source(job.dataDestination) },
    { "app", object(params.app) },
    { "partitioner", object(params.partitioner) },
    { "assembler", object(params.assembler) },
    { "config", object(job.config) },
    { "created", filled(display.time(job.createdAt)) },
    { "started", filled(display.time(job.startedAt)) },
    { "ended", filled(display.time(job.endedAt)) },
    { "duration", duration(job.duration) },
    { "chunks", number(job.numChunks) },
    { "cost", number(job.paymentAmount) },
  })
end

--- Prints a job, in the way that was asked for.
---@param console table
---@param job table
function display.show_job(console, job)
  if console.ids_only then
    if not console.has_created then console:line(tostring(job.id)) end
  elseif console.json then
    console:value(job)
  else
    display.job(console, job)
  end
end

return display
