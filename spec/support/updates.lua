--- The four updates, for specs that hold for each of them.
---
---   for _, update in ipairs(updates.all) do
---     it(update.name, function()
---       assert(update.call(job))
local bytenite <const> = require "bytenite"

---@class spec.Update
---@field name string of the method, and of the row in the table of operations
---@field path string the last part of the path
---@field argument any a valid argument
---@field call fun(job: table, options: table|nil): table|nil, table|nil

local updates = {}

--- The updates, by name and as a list.
---@type table<string|integer, spec.Update>
updates.all = {}

local rows <const> = {
  {
    "set_datasource",
    "datasource",
    {
      dataSource = bytenite.datasource.url { url = "https://example.org/in.txt" },
      dataDestination = bytenite.datasource.bucket(),
    },
  },
  { "set_params", "params", { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } } },
  { "set_name", "jobname", "My Job" },
  { "set_configs", "configs", { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true } },
}

for index, row in ipairs(rows) do
  local name <const>, path <const>, argument <const> = table.unpack(row)
  local update <const> = {
    name = name,
    path = path,
    argument = argument,
    call = function(job, options)
      return bytenite.Job[name](job, argument, options)
    end,
  }
  updates.all[index] = update
  updates.all[name] = update
end

--- Returns a job with every member that the service has, nested ones, lists and values of every
--- kind.
---@param id string
---@return string json
---@usage service:put_job("j1", updates.full_job "j1")
function updates.full_job(id)
  return ([=[{
    "id": "%s", "templateId": "img-gen", "name": "Old name", "description": "A draft",
    "config": {"taskTimeout": 60, "jobTimeout": "600", "isTestJob": false, "maxTaskRetries": 30},
    "priority": "EXECUTION_PRIORITY_FAST", "state": "JOB_STATE_NEW",
    "startAt": "2025-08-27T21:51:41.803Z", "submittedAt": null, "createdAt": "2025-08-27T21:51:40Z",
    "regions": {"blacklist": [], "whitelist": ["eu-west", "us-east"]},
    "dataSource": {"dataSourceDescriptor": "url", "params": {"@type": "text", "url": "https://example.org/old"}},
    "dataDestination": {"dataSourceDescriptor": "bucket", "params": {}},
    "params": {"preset": "", "partitioner": {"chunks": [1, 2.5, null, []]}, "assembler": {}, "app": {"deep": {"er": {}}}},
    "duration": 1, "paymentAmount": 8.34e-06, "numUnitsEstimation": "9007199254740993", "numChunks": 7,
    "stateTimestamps": {"JOB_STATE_NEW": "2025-08-27T21:51:40Z"}, "appId": "app-1", "labels": ["a", {"b": null}],
    "templateInfo": {"id": "img-gen", "owner": "me", "isPublic": true, "config": {"taskTimeout": 1}}
  }]=]):format(id)
end

return updates
