--- Handles the calls about many jobs, and about templates.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local job_filters <const> = require "bytenite.sandbox.model.job_filters"
local job_timeline <const> = require "bytenite.sandbox.model.job_timeline"
local pages <const> = require "bytenite.sandbox.http.pages"
local validation <const> = require "bytenite.sandbox.http.validation"

local null <const> = core.null

local lists = {}

local read_filter_request <const> = protobuf_json.message {
  pagination = pages.read_pagination,
  filters = job_filters.read,
  orderBy = protobuf_json.string,
}
local read_ids <const> = protobuf_json.message { jobsIds = protobuf_json.list(protobuf_json.string) }

function lists.list_jobs(call)
  local wanted <const>, message <const> = pages.read_query(call.path)
  if wanted == nil then return validation.invalid(message) end
  return pages.jobs(call.state, wanted)
end

function lists.filter_jobs(call)
  local wanted <const>, problem <const> = validation.body(call.body, read_filter_request, "request")
  if wanted == nil then return problem end
  return pages.jobs(call.state, wanted, wanted.filters ~= null and wanted.filters or nil)
end

function lists.list_templates(call)
  local wanted <const>, message <const> = pages.read_query(call.path)
  if wanted == nil then return validation.invalid(message) end
  return pages.page(call.state.templates.all(), wanted)
end

-- Returns the numbers of running tasks. Leaves out unknown jobs.
function lists.running_tasks(call)
  local wanted <const>, problem <const> = validation.body(call.body, read_ids, "request")
  if wanted == nil then return problem end
  local counts <const>, now <const>, runner <const> = {}, call.state:now(), call.state.runner
  for _, id in ipairs(wanted.jobsIds ~= null and wanted.jobsIds or {}) do
    local kept <const> = call.state.jobs:get(id, now)
    if kept then
      counts[id] = runner and runner:running_tasks(id) or not runner and job_timeline.running_tasks(kept, now) or 0
    end
  end
  return responses.json(200, { jobsRunningTasks = counts })
end

return lists
