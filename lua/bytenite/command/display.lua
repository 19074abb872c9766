--- display.lua: prints jobs, templates, files and results, as tables or records.
local bytenite <const> = require "bytenite"
local json_output <const> = require "bytenite.command.json_output"
local table_layout <const> = require "bytenite.command.table_layout"
local text <const> = require "bytenite.command.text"
local units <const> = require "bytenite.command.units"

local display <const> = {}

-- Returns a value, or nil if it is empty: the service prints unset values as "", 0 or null.
local function filled(value)
  if value == nil or value == "" or value == bytenite.null then return nil end
  return value
end

--- Returns a job's state for people: "complete" for JOB_STATE_COMPLETE.
---@param state any
---@return string
function display.state(state)
  if filled(state) == nil then return "" end
  return (tostring(state):gsub("^JOB_STATE_", ""):gsub("_", " "):lower())
end

local STATE_COLOURS <const> = { complete = "green", failed = "red", new = "blue" }

--- Returns the colour of a state.
---@param state string as display.state returns it
---@return string|nil
function display.state_colour(state)
  return STATE_COLOURS[state] or "yellow"
end

-- Forms of a timestamp for people, from long to short: a pattern and its replacement.
local TIME_FORMS <const> = {
  { "^(%d+-%d+-%d+)T(%d+:%d+:%d+).*$", "%1 %2" },
  { "^(%d+-%d+-%d+)T(%d+:%d+).*$", "%1 %2" },
  { "^%d+-(%d+-%d+)T(%d+:%d+).*$", "%1 %2" },
  { "^%d+-(%d+-%d+)T.*$", "%1" },
}

-- Returns whether a timestamp means "unset": services print year 1 or the epoch.
local function is_unset(timestamp)
  local seconds <const> = type(timestamp) == "string" and bytenite.time(timestamp)
  return seconds and seconds <= 0
end

--- Returns a timestamp for people: "2025-08-27 17:56:02". The service's times are in UTC.
---@param timestamp any
---@param form integer|nil 2 and more for shorter forms
---@return string
function display.time(timestamp, form)
  if filled(timestamp) == nil or is_unset(timestamp) then return "" end
  local pattern <const> = TIME_FORMS[form or 1]
  return (tostring(timestamp):gsub(pattern[1], pattern[2]))
end

-- Returns a timestamp with its zone, if that is UTC.
local function time_and_zone(timestamp)
  local shown <const> = filled(display.time(timestamp))
  return shown and tostring(timestamp):find "T.*Z$" and shown .. " UTC" or shown
end

local function number(value)
  return type(value) == "number" and value ~= 0 and ("%.14g"):format(value) or nil
end

local function member(name)
  return function(row)
    return filled(row[name]) or ""
  end
end

local created_forms <const> = {}
for form = 1, #TIME_FORMS do
  created_forms[form] = function(job)
    return display.time(job.createdAt, form)
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
  { title = "CREATED (UTC)", short_title = "CREATED", forms = created_forms },
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
      return units.bytes(file.size or 0)
    end,
    to_right = true,
  },
  { title = "PATH", value = member "path" },
}

local RESULT_COLUMNS <const> = { { title = "NAME", value = member "name" }, { title = "LINK", value = member "link" } }

--- Prints a table of jobs, or their ids with --ids.
function display.jobs(console, rows)
  if console.ids_only then
    for _, job in ipairs(rows) do
      console:id(job.id)
    end
    return
  end
  table_layout.print(console, JOB_COLUMNS, rows)
end

--- Prints a table of templates.
function display.templates(console, rows)
  table_layout.print(console, TEMPLATE_COLUMNS, rows)
end

-- Returns the columns with a JOB column first if the rows are of several jobs.
local function with_job(columns, has_job)
  if not has_job then return columns end
  return table.move(columns, 1, #columns, 2, { { title = "JOB", value = member "jobId" } })
end

--- Prints a table of downloaded files.
function display.files(console, rows, has_job)
  table_layout.print(console, with_job(FILE_COLUMNS, has_job), rows)
end

--- Prints a table of results.
function display.results(console, rows, has_job)
  table_layout.print(console, with_job(RESULT_COLUMNS, has_job), rows)
end

-- Returns a data source as one line without secrets.
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

local function with_unit(value, unit)
  return number(value) and ("%s %s"):format(number(value), unit)
end

-- Declared members of a config, with their units.
local CONFIG <const> = {
  { name = "taskTimeout", label = "task timeout %s s" },
  { name = "jobTimeout", label = "job timeout %s s" },
  { name = "maxTaskRetries", label = "%s retries of a task" },
}

-- Returns a config in words, followed by its other members as JSON.
local function config(value)
  if type(value) ~= "table" then return nil end
  local parts <const>, others <const> = {}, {}
  for name, each in pairs(value) do
    others[name] = each
  end
  for _, declared in ipairs(CONFIG) do
    local shown <const> = number(others[declared.name])
    if shown then parts[#parts + 1] = declared.label:format(shown) end
    if type(others[declared.name]) == "number" then others[declared.name] = nil end
  end
  if others.isTestJob == true then parts[#parts + 1] = "a test" end
  if type(others.isTestJob) == "boolean" then others.isTestJob = nil end
  parts[#parts + 1] = object(others)
  return filled(table.concat(parts, ", "))
end

--- Prints a job as a record, one member per line.
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
    { "config", config(job.config) },
    { "created", time_and_zone(job.createdAt) },
    { "started", time_and_zone(job.startedAt) },
    { "ended", time_and_zone(job.endedAt) },
    { "duration", with_unit(job.duration, "s") },
    { "chunks", number(job.numChunks) },
    { "cost", with_unit(job.paymentAmount, "ByteChips") },
  })
end

--- Prints a job as a record, as JSON or as its id, depending on the options.
---@param console table
---@param job table
function display.show_job(console, job)
  if console.ids_only then
    if not console.has_created then console:id(job.id) end
  elseif console.json then
    console:value(job)
  else
    display.job(console, job)
  end
end

-- Prints values one after the other, separated by empty lines.
local function separated(console, values, show)
  for index, value in ipairs(values) do
    if index > 1 then console:write "\n" end
    show(console, value)
  end
end

--- Prints jobs as records, as JSON or as ids, depending on the options.
---@param console table
---@param jobs table[]
---@param are_many boolean whether the command line names several jobs: then JSON is a list
function display.show_jobs(console, jobs, are_many)
  if console.ids_only then
    for _, job in ipairs(jobs) do
      console:id(job.id)
    end
  elseif console.json and are_many then
    console:value(bytenite.array(jobs))
  else
    separated(console, jobs, display.show_job)
  end
end

--- Prints aborted jobs; `left` has { id, deleted = true } for deleted drafts.
function display.show_aborted(console, left, are_many)
  if console.json or console.ids_only then return display.show_jobs(console, left, are_many) end
  separated(console, left, function(_, job)
    if not job.deleted then return display.job(console, job) end
    console:line(("deleted %s: it was a draft"):format(job.id))
  end)
end

--- Prints how a job ended in one line, except with --json or --ids.
function display.job_line(console, job)
  if console.json or console.ids_only then return end
  local state <const> = display.state(job.state)
  local parts <const> = { tostring(job.id), console:paint(display.state_colour(state), console:shown(state)) }
  parts[3] = filled(job.name) and console:shown((tostring(job.name):gsub("[\r\n\t]+", " ")))
  console:write(table.concat(parts, "  "), "\n")
end

return display
