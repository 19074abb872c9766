--- The calls that look at many jobs, or at templates.
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local fields <const> = require "bytenite.sandbox.fields"
local filters <const> = require "bytenite.sandbox.filters"
local lifecycle <const> = require "bytenite.sandbox.lifecycle"
local listing <const> = require "bytenite.sandbox.listing"
local reading <const> = require "bytenite.sandbox.reading"
local templates <const> = require "bytenite.sandbox.templates"

local null <const> = core.null

local lists = {}

local read_filter_request <const> = fields.message {
  pagination = listing.read_pagination,
  filters = filters.read,
  orderBy = fields.string,
}
local read_ids <const> = fields.message { jobsIds = fields.list(fields.string) }

function lists.list_jobs(call)
  local wanted <const>, message <const> = listing.read_query(call.path)
  if wanted == nil then return reading.invalid(message) end
  return listing.jobs(call.state, wanted)
end

function lists.filter_jobs(call)
  local wanted <const>, problem <const> = reading.body(call.body, read_filter_request, "request")
  if wanted == nil then return problem end
  return listing.jobs(call.state, wanted, wanted.filters ~= null and wanted.filters or nil)
end

function lists.list_templates(call)
  local wanted <const>, message <const> = listing.read_query(call.path)
  if wanted == nil then return reading.invalid(message) end
  return listing.page(templates.all(), wanted)
end

-- Jobs there are not, are not in the answer.
function lists.running_tasks(call)
  local wanted <const>, problem <const> = reading.body(call.body, read_ids, "request")
  if wanted == nil then return problem end
  local counts <const>, now <const> = {}, call.state:now()
  for _, id in ipairs(wanted.jobsIds ~= null and wanted.jobsIds or {}) do
    local kept <const> = call.state.jobs:get(id, now)
    if kept then counts[id] = lifecycle.running_tasks(kept, now) end
  end
  return answers.json(200, { jobsRunningTasks = counts })
end

return lists
