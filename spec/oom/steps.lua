--- steps.lua: the steps of the whole call in scenario.lua, in order.
--
-- The file's arguments are the host, a table that the steps share (bytenite, client, job, text,
-- value) and is_equal(a, b).
local host <const>, world <const>, is_equal <const> = ...

-- Returns the job in the server's response to a request.
local function job_of_response(method, path)
  local text <const> = host.response(method, path)
  local response <const> = assert(require("bytenite.core").decode(text, "JobResponse"))
  if response.job.templateInfo == nil then response.job.templateInfo = response.templateInfo end
  return response.job
end

local function expect_job(method, path)
  return function(job)
    return job == world.job and is_equal(job, job_of_response(method, path))
  end
end

-- A large free-form value: strings with and without escapes, numbers of both kinds, empty and full
-- containers.
local function large_text()
  local items <const> = {}
  for i = 1, 40 do
    items[i] = ('{"id":"item %d","escaped":"\\u00e9\\ud83d\\ude00\\n%d","real":%d.25,"list":[1,null,[],{}],"flag":true}'):format(
      i,
      i,
      i
    )
  end
  return '{"items":[' .. table.concat(items, ",") .. "]}"
end

local LARGE <const> = large_text()

-- Returns the values of functions that ran concurrently. Raises the first error.
local function values_of(results)
  local values <const> = {}
  for index, result in ipairs(results) do
    if not result.ok then error(result.error, 0) end
    values[index] = result.value
  end
  return values
end

local function is_each_job(found, count)
  for index = 1, count do
    if found[index] == world.job or not is_equal(found[index], world.job) then return false end
  end
  return #found == count
end

-- Returns a step in which the server responds with an error that is not the service's.
local function get_refused(id, words)
  return {
    name = ("get_job %q, refused"):format(id),
    run = function()
      local job <const>, problem <const> = world.client:get_job(id)
      return job == nil and { problem = problem, text = tostring(problem) }
    end,
    check = function(refused)
      return refused.problem.kind == "unexpected" and refused.text:find(words, 1, true) ~= nil
    end,
    is_refused = true,
  }
end

local function set_datasource()
  return world.job:set_datasource {
    dataSource = world.bytenite.datasource.url "https://example.org/in.txt",
    dataDestination = world.bytenite.datasource.bucket(),
  }
end

-- `run` is called while allocations fail; `check` checks what it returned.
return {
  {
    name = "preload",
    run = host.preload,
    check = function()
      return package.preload["bytenite.core"] ~= nil
    end,
  },
  {
    name = "require",
    run = function()
      return require "bytenite"
    end,
    check = function(bytenite)
      world.bytenite = bytenite
      return bytenite.null == require("cjson").null
    end,
  },
  {
    name = "new",
    run = function()
      return world.bytenite.new {
        api_key = "key-of-the-harness",
        base_url = host.base_url,
        user_agent = "harness/1",
        headers = { ["X-Harness"] = "1" },
        max_retries = 0,
        timeout = 5,
        deadline = 5,
      }
    end,
    check = function(client)
      world.client = client
      return tostring(client):find(host.base_url, 1, true) ~= nil
    end,
  },
  {
    name = "create_job",
    run = function()
      return world.client:create_job {
        templateId = "img-gen",
        name = "Nightly é",
        params = { app = { frames = { 1, 2 } } },
      }
    end,
    check = function(job)
      world.job = job
      return is_equal(job, job_of_response("POST", "/jobs"))
    end,
  },
  {
    name = "set_datasource",
    run = set_datasource,
    check = expect_job("PATCH", "/datasource"),
  },
  {
    name = "adopt", -- a table without room, which grows several times when the response arrives
    run = function()
      return world.client:job { id = "job 1" }
    end,
    check = function(job)
      world.job = job
      return is_equal(job, { id = "job 1" })
    end,
  },
  {
    name = "set_datasource of an adopted table",
    run = set_datasource,
    check = expect_job("PATCH", "/datasource"),
  },
  {
    name = "set_configs, refused",
    run = function()
      local job <const>, problem <const> = world.job:set_configs { taskTimeout = 3600, jobTimeout = "60" }
      return job == nil and { problem = problem, text = tostring(problem) }
    end,
    check = function(refused)
      return refused.problem.kind == "bad_request"
        and refused.problem.details[1].field == "jobTimeout"
        and refused.text:find("jobTimeout is below taskTimeout (request r-2, 1 attempt", 1, true) ~= nil
        and is_equal(world.job, job_of_response("PATCH", "/datasource"))
    end,
    is_refused = true,
  },
  {
    name = "set_params, misspelled",
    run = function()
      return { pcall(world.job.set_params, world.job, { ["partitoner"] = {}, app = { deep = { { name = "x" } } } }) }
    end,
    check = function(caught)
      return caught[1] == false and caught[2]:find('did you mean "partitioner"?', 1, true) ~= nil
    end,
    is_caught = true,
  },
  {
    name = "decode",
    run = function()
      return world.bytenite.decode(LARGE)
    end,
    check = function(value)
      world.value = value
      return #value.items == 40
        and value.items[40].escaped == "é😀\n40"
        and math.type(value.items[7].real) == "float"
    end,
  },
  {
    name = "encode",
    run = function()
      return world.bytenite.encode(world.value)
    end,
    check = function(text)
      return is_equal(world.bytenite.decode(text), world.value)
    end,
  },
  {
    name = "request",
    run = function()
      return world.client:request {
        method = "POST",
        path = "/auth/signout",
        query = { name = { "a b", 1.5 } },
        headers = { ["X-Note"] = "n" },
        body = { list = world.bytenite.array() },
      }
    end,
    check = function(response)
      return response.status == 200
        and response.headers["x-twice"] == "a, b"
        and response.body == host.response("POST", "/auth/signout")
    end,
  },
  get_refused("page", "Bad Gateway & more"),
  get_refused("careless", "no job for you"), -- JSON that only lua-cjson accepts, which leaks if memory runs out
  {
    name = "collect",
    run = function()
      local session <const> = world.client.session
      for _ = 1, 3 do -- abandoned while in flight: they end when they are collected
        session
          :exchange(require("bytenite.core").operations.get_job.number, "job 1")
          :start({}, "token", 5, 5, 1000, false)
      end
      session:step(0)
      collectgarbage()
      return true
    end,
    check = function(done)
      return done
    end,
  },
  {
    name = "refresh",
    run = function()
      return world.job:refresh()
    end,
    check = expect_job("GET", "/jobs/job%201"),
  },
  {
    name = "list_jobs",
    run = function()
      return world.client:list_jobs { limit = 2, orderBy = "name" }
    end,
    check = function(page)
      return #page.data == 2 and page.data[2].name == "Second" and page.pagination.total == 2
    end,
  },
  {
    name = "upload", -- of a known size, with a known result
    run = function()
      local target <const> = world.client:job {
        id = "job 1",
        dataSource = { dataSourceDescriptor = "file", params = { tempUrl = host.base_url .. "/put?signature=s" } },
      }
      return target:upload { data = ("a line of many\n"):rep(300) }
    end,
    check = function(target)
      return target.id == "job 1"
    end,
  },
  {
    name = "download",
    run = function()
      local files <const>, problem <const> = require("bytenite.streaming.download").run(
        world.client,
        host.folder,
        { existing = "replace" }, -- memory may have run out after the last one got its name
        function()
          return { { name = "a/b.txt", link = host.base_url .. "/jobs/job%201?signature=s" } }
        end
      )
      return files, problem
    end,
    check = function(files)
      local path <const> = host.folder .. "/a/b.txt"
      local file <close> = assert(io.open(path, "rb"))
      local text <const> = file:read "a"
      assert(os.remove(path))
      return files[1].size == #text and text == host.response("GET", "/jobs/job%201")
    end,
  },
  {
    name = "sign_out",
    run = function()
      return world.client:sign_out()
    end,
    check = function(done)
      return done == true
    end,
  },
  {
    name = "async", -- both need a token, and one exchange serves both
    run = function()
      local client <const> = world.client
      local first <close> = client:async(client.get_job, client, "job 1")
      local second <close> = client:async(client.get_job, client, "job 1")
      return values_of(assert(client:wait_all { first, second }))
    end,
    check = function(found)
      return is_each_job(found, 2)
    end,
  },
  {
    name = "map",
    run = function()
      local done = 0
      local results <const> = world.client:map({ "job 1", "job 1", "job 1" }, function(id)
        return world.client:get_job(id)
      end, {
        concurrency = 2,
        on_done = function(_, ok)
          if ok then done = done + 1 end
        end,
      })
      local found <const> = values_of(results)
      return { found = found, done = done }
    end,
    check = function(got)
      return got.done == 3 and is_each_job(got.found, 3)
    end,
  },
  {
    name = "get_job",
    run = function()
      return world.client:get_job "job 1"
    end,
    check = function(job)
      return job ~= world.job and is_equal(job, world.job)
    end,
  },
  {
    name = "close",
    run = function()
      world.client:close()
      return true
    end,
    check = function()
      local job <const>, problem <const> = world.job:refresh()
      return job == nil and problem.kind == "closed"
    end,
  },
}
