--- Jobs of a sandbox that runs blocks, for specs: makes them, runs them, and reads their results.
---
---   local place <close> = blocks.folder()
---   place:block("count", { script = "..." })
---   place:template("words", { app = "count" })
---   local jobs <close> = block_jobs.start(place.path)
---   local job = jobs:run { templateId = "words", input = "a b c" }
---   assert.equal("3\n", jobs:results(job.id)["out_0/count"])
local cqueues <const> = require "cqueues"
local api_session <const> = require "spec.support.api_session"
local http_client <const> = require "spec.support.http_client"
local sandbox <const> = require "spec.support.sandbox"

---@class spec.BlockJobs
---@field service spec.Sandbox
---@field api spec.Session
---@field idle fun()|nil called now and then while jobs run
local BlockJobs = {}
BlockJobs.__index = BlockJobs

local block_jobs = {}

local TIME_LIMIT <const> = 60 -- seconds for a job, which takes a fraction of one

--- Starts a sandbox.
---@param folder string the blocks' folder
---@param options string|nil further options, quoted for a shell
---@return spec.BlockJobs # to be declared `<close>`
function block_jobs.start(folder, options)
  local service <const> = sandbox.start(("--blocks '%s' %s"):format(folder, options or ""))
  return setmetatable({ service = service, api = api_session.open(service) }, BlockJobs)
end

local function path(id, what)
  return "/customer/jobs/" .. id .. (what and "/" .. what or "")
end

-- Sends bytes to the address of an upload.
local function upload(url, bytes, name)
  local connection <close> = http_client.connect(url)
  local response <const> = assert(connection:request {
    method = "PUT",
    path = url:match "^http://[^/]+(.*)$",
    headers = { ["content-disposition"] = ('attachment; filename="%s"'):format(name) },
    body = bytes,
  })
  assert(response.status == 200, response.status)
end

--- Makes a draft, and uploads `members.input`, if given, under the name `members.input_name`.
---@param members table of the job
---@return string id
function BlockJobs:draft(members)
  local request <const> = { name = "Block job" }
  for name, value in pairs(members) do
    request[name] = value
  end
  request.input, request.input_name = nil, nil
  request.dataSource = request.dataSource or { dataSourceDescriptor = members.input and "file" or "bypass" }
  local status <const>, body <const> = self.api:call("POST", "/customer/jobs", request)
  assert(status == 200, body and body.message)
  local job <const> = body.job
  if members.input then
    upload(job.dataSource.params.tempUrl, members.input, members.input_name or "input.txt")
    assert(self.api:call("PATCH", path(job.id, "uploadcompleted")) == 200)
  end
  return job.id
end

--- Returns the current job.
function BlockJobs:get(id)
  local status <const>, body <const> = self.api:call("GET", path(id))
  assert(status == 200, status)
  return body.job
end

--- Makes and starts a job.
---@return string id
function BlockJobs:start(members)
  local id <const> = self:draft(members)
  local status <const>, body <const> = self.api:call("POST", path(id, "run"), "")
  assert(status == 200, body and body.message)
  return id
end

--- Waits until a function returns a true value.
---@return any # the value
---@param is_so fun(): any
---@param idle fun()|nil called between the checks
function BlockJobs.wait_until(is_so, idle)
  local deadline <const> = cqueues.monotime() + TIME_LIMIT
  while true do
    local value <const> = is_so()
    if value then return value end
    if idle then idle() end
    assert(cqueues.monotime() < deadline, "it did not happen")
    cqueues.sleep(0.01)
  end
end

--- Waits until a job ends.
---@return table job
function BlockJobs:wait(id)
  return self.wait_until(function()
    local job <const> = self:get(id)
    return (job.state == "JOB_STATE_COMPLETE" or job.state == "JOB_STATE_FAILED") and job
  end, self.idle)
end

--- Runs a job, and waits until it ends.
---@return table job
function BlockJobs:run(members)
  return self:wait(self:start(members))
end

--- Returns the results of a job: contents by name.
---@return table<string, string>
function BlockJobs:results(id)
  local status <const>, body <const> = self.api:call("GET", path(id, "results"))
  assert(status == 200, body and body.message)
  local contents <const> = {}
  for _, result in ipairs(body.results) do
    local connection <close> = http_client.connect(result.link)
    contents[result.name] = assert(connection:request { path = result.link:match "^http://[^/]+(.*)$" }).body
  end
  return contents
end

-- Returns the texts of log lines, after their levels unless these are unknown.
local function texts(lines)
  local list <const> = {}
  for index, line in ipairs(lines) do
    list[index] = line.level == "UNKNOWN" and line.log or ("%s %s"):format(line.level, line.log)
  end
  return list
end

--- Returns the logs of a job as lists of lines.
---@return {partitioner: string[], assembler: string[], tasks: string[][]} # tasks: sorted by their first line
function BlockJobs:logs(id)
  local status <const>, body <const> = self.api:call("POST", "/customer/logs", { jobId = id })
  assert(status == 200, status)
  local tasks <const> = {}
  for _, task in pairs(body.taskrunner) do
    tasks[#tasks + 1] = texts(task.logs)
  end
  table.sort(tasks, function(one, two)
    return (one[1] or "") < (two[1] or "")
  end)
  return { partitioner = texts(body.partitioner), assembler = texts(body.assembler), tasks = tasks }
end

--- Ends the sandbox.
function BlockJobs:close()
  self.api:close()
  return self.service:close()
end

BlockJobs.__close = BlockJobs.close

return block_jobs
