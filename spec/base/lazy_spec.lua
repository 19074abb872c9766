-- Modules that are loaded when they are first used, whatever the host has changed since the first
-- one was loaded.
local child <const> = require "spec.support.child"
local sandbox <const> = require "spec.support.sandbox"

-- A client is made, then the host changes something, then each kind of work is done for the first
-- time.
local PROGRAM <const> = [[
  local bytenite = require "bytenite"
  local client = bytenite.new { base_url = os.getenv "URL", api_key = os.getenv "KEY" }
  %s
  local job = assert(client:create_job { templateId = "img-gen", name = "Late" })
  assert(job:set_name "Later")
  local pages = assert(client:list_jobs { limit = 1 })
  local results = client:map({ job }, function(each) return each:refresh() end)
  local missing, problem = client:get_job "nobody's"
  return { job.name, #pages.data, results.succeeded, missing == nil, problem.kind, bytenite.time "1970-01-01T00:00:01Z" }
]]

local function assert_works_after(change)
  local service <const> = sandbox.plain()
  service:reset() -- removes what other specs have left
  local response <const> = child.run(PROGRAM:format(change), { URL = service.base_url, KEY = service.api_key })
  assert.same({ "Later", 1, 1, true, "not_found", 1 }, response)
end

describe("modules loaded later are found", function()
  it("when package.path is another", function()
    assert_works_after [[package.path = "/nowhere/?.lua"]]
  end)

  it("when package.path is gone", function()
    assert_works_after [[package.path = nil]]
  end)

  it("when the working directory is another", function()
    assert_works_after [[require("luv").chdir "/"]]
  end)

  it("in package.preload, where a host has put them all", function()
    local response <const> = child.run [[
      local names = { "", "async.await", "async.reactor", "async.tasks", "async.timers", "base.lazy", "base.option_sources",
        "base.options", "base.time", "base.validate", "call", "call.call_object", "call.credentials", "call.exchanges",
        "call.query_string", "call.responses", "call.retry_policy", "call.state_machine", "client", "client_methods",
        "datasource", "errors", "errors.call_failure", "errors.lenient_json", "errors.redact",
        "errors.response_headers", "errors.retry_after", "jobs.job" }
      for _, name in ipairs(names) do
        local module = name == "" and "bytenite" or "bytenite." .. name
        package.preload[module] = assert(loadfile(assert(package.searchpath(module, package.path))))
      end
      local cjson = require "cjson"
      package.path = ""
      local client = require("bytenite").new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
      local _, problem = client:get_job "some-id"
      return { problem.kind }
    ]]
    assert.same({ "connection" }, response)
  end)
end)

describe("loading modules later", function()
  it("leaves package.path and package.preload as they were", function()
    local response <const> = child.run [[
      local path = package.path
      local bytenite = require "bytenite"
      local client = bytenite.new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
      client:get_job "some-id"
      local left = {}
      for name in pairs(package.preload) do
        if name ~= "bytenite.core" then left[#left + 1] = name end
      end
      return { package.path == path, #left }
    ]]
    assert.same({ true, 0 }, response)
  end)

  it("keeps the caller's position in the message of a mistake", function()
    local response <const> = child.run [[
      local client = require("bytenite").new { base_url = "http://127.0.0.1:1", access_token = "token" }
      package.path = ""
      local _, message = pcall(load("local client = ...\nclient:submit { nmae = 'x' }", "=program"), client)
      return { message:match "^[^:]*:%d+:" }
    ]]
    assert.same({ "program:2:" }, response)
  end)

  it("happens only for what is used", function()
    local response <const> = child.run [[
      local client <close> = require("bytenite").new { access_token = "token" }
      local loaded = {}
      local names = { "async.map", "client_methods", "jobs.job", "jobs.pagination", "streaming.download", "streaming.upload" }
      for _, name in ipairs(names) do
        if package.loaded["bytenite." .. name] then loaded[#loaded + 1] = name end
      end
      return { #loaded, table.concat(loaded, " ") }
    ]]
    assert.same({ 0, "" }, response)
  end)
end)

-- What a host does after it made a client, so that nothing else can be loaded.
local deprivations <const> = {
  ["with all descriptors in use"] = [[
    local open_files = {}
    repeat
      local file <const> = io.open "/dev/null"
      open_files[#open_files + 1] = file
    until not file
  ]],
  ["without require, load and io, and with package.loaded emptied of the module"] = [[
    for name in pairs(package.loaded) do
      if name:find "^bytenite" or name == "cjson" then package.loaded[name] = nil end
    end
    package.path, package.cpath, package.preload, package.searchers = nil, nil, nil, nil
    require, load, loadfile, dofile, io = nil, nil, nil, nil, nil
  ]],
}

-- Uses each feature for the first time. The calls fail because no server listens.
local FAILURES <const> = [[
  local host_require = require
  local bytenite = require "bytenite"
  local client = bytenite.new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
  %s
  local kinds = {}
  local function note(name, _, problem)
    kinds[#kinds + 1] = name .. ": " .. tostring(problem.kind)
  end
  note("get_job", client:get_job "some-id")
  local job = client:job "some-id"
  note("set_name", job:set_name "New name")
  note("list_jobs", client:list_jobs())
  note("filter_jobs", client:filter_jobs { filters = { { field = "name", condition = "EQ", value = "x" } } })
  note("logs", job:logs())
  note("request", client:request { path = "/x", query = { a = 1 } })
  note("submit", client:submit { templateId = "some-template" })
  note("upload", job:upload { data = "bytes" })
  if not io then kinds[#kinds] = kinds[#kinds] .. " " .. select(2, job:upload "a-file").kind end
  note("download", job:download "/tmp/bytenite-nothing")
  note("wait", job:wait({ timeout = 30, interval = 0.05 }))
  note("map", nil, client:map({ 1 }, function() return job:refresh() end)[1].error)
  note("async", client:async(client.get_job, client, "some-id"):get())
  note("each_job", pcall(function() for _ in client:each_job() do end end))
  note("each_event", pcall(function() for _ in client:each_event() do end end))
  kinds[#kinds + 1] = bytenite.datasource.bypass().dataSourceDescriptor
  require = host_require
  package.loaded.cjson = nil
  for _, file in ipairs(open_files or {}) do file:close() end
  return kinds
]]

local METHODS <const> = [[
  get_job set_name list_jobs filter_jobs logs request submit upload download wait map async each_job each_event
]]

describe("the module needs nothing more from its host after it was loaded:", function()
  for title, deprive in pairs(deprivations) do
    it(title .. " every method works, and the first failure is an error value", function()
      local expected <const> = {}
      for name in METHODS:gmatch "%S+" do
        local also <const> = name == "upload" and title:find "without" and " file" or ""
        expected[#expected + 1] = name .. ": connection" .. also
      end
      expected[#expected + 1] = "bypass"
      local program <const> = FAILURES:gsub("%%s", (deprive:gsub("local open_files", "open_files")))
      assert.same(expected, child.run(program:gsub("%-%-[^\n]*", ""), nil, 60))
    end)
  end

  it("every file of the module is prepared, except for programs, adapters and helpers for tests", function()
    local response <const> = child.run [[
      require "bytenite"
      local missing = {}
      local apart = "! -path '*/command/*' ! -path '*/sandbox/*' ! -path '*/loop/*' ! -path '*/testing/*'"
      local pipe = io.popen("find lua/bytenite -name '*.lua' " .. apart)
      local names = {}
      for path in pipe:lines() do
        names[#names + 1] = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
      end
      pipe:close()
      local host_require, asked = require, {}
      package.path = ""
      local lazy = require "bytenite.base.lazy"
      for _, name in ipairs(names) do
        if not pcall(lazy.load, name) then missing[#missing + 1] = name end
      end
      return { #names > 30, table.concat(missing, " ") }
    ]]
    assert.same({ true, "" }, response)
  end)

  it("the first call loads the modules that handle failures, before there is one", function()
    local service <const> = sandbox.plain()
    local program <const> = [[
      local client <close> = require("bytenite").new { base_url = os.getenv "URL", api_key = os.getenv "KEY" }
      assert(client:info())
      local missing = {}
      for _, name in ipairs { "errors", "errors.call_failure", "errors.lenient_json", "errors.redact",
        "errors.response_headers", "errors.retry_after", "call.retry_policy", "call.credentials" } do
        if not package.loaded["bytenite." .. name] then missing[#missing + 1] = name end
      end
      return { table.concat(missing, " ") }
    ]]
    assert.same({ "" }, child.run(program, { URL = service.base_url, KEY = service.api_key }))
  end)
end)

it("the first failure of a process without a free descriptor says so", function()
  local response <const> = child.run(
    [[
      local client = require("bytenite").new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
      local open_files = {}
      repeat
        local file = io.open "/dev/null"
        open_files[#open_files + 1] = file
      until not file
      local _, problem = client:get_job "some-id"
      for _, file in ipairs(open_files) do file:close() end
      return { problem.kind, problem.message, problem.hint }
    ]],
    nil,
    60
  )
  assert.equal("connection", response[1])
  assert.matches("Too many open files", response[2])
  assert.matches("file descriptor", response[3])
end)

describe("a module that is loaded lazily", function()
  it("is the one that require returns, whichever loads it first", function()
    local response <const> = child.run [[
      local bytenite = require "bytenite"
      local map = require "bytenite.async.map"
      local lazy = require "bytenite.base.lazy"
      return { lazy.load "bytenite.async.map" == map, lazy.load "bytenite.jobs.pagination" == require "bytenite.jobs.pagination",
        bytenite.datasource == require "bytenite.datasource" }
    ]]
    assert.same({ true, true, true }, response)
  end)

  it("belongs to its own instance if the host has loaded the module twice", function()
    local response <const> = child.run [[
      local first = require "bytenite"
      local client = first.new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
      for name in pairs(package.loaded) do
        if name:find "^bytenite" then package.loaded[name] = nil end
      end
      local second = require "bytenite"
      local other = second.new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
      local _, problem = other:get_job "some-id"
      local _, own_problem = client:get_job "some-id"
      return { first ~= second, problem.kind, own_problem.kind }
    ]]
    assert.same({ true, "connection", "connection" }, response)
  end)

  for title, change in pairs {
    ["in a state without io"] = "io = nil",
    ["in a state without os"] = "os = nil",
    ["in a state without debug"] = "debug = nil",
  } do
    it("works " .. title, function()
      local response <const> = child.run(([[
        local io_library = io
        %s
        local client = require("bytenite").new { base_url = "http://127.0.0.1:1", access_token = "token", max_retries = 0 }
        local host_require = require
        require = nil
        local _, problem = client:get_job "some-id"
        local _, list_problem = client:list_jobs()
        require, io = host_require, io_library
        return { problem.kind, list_problem.kind }
      ]]):format(change))
      assert.same({ "connection", "connection" }, response)
    end)
  end
end)

describe("the text of a module", function()
  -- Lua reads numbers by the current locale, which a host may have changed before a module is
  -- loaded.
  local function modules()
    local pipe <const> =
      assert(io.popen "find lua/bytenite -name '*.lua' ! -path '*/command/*' ! -path '*/sandbox/*' | sort")
    local names <const> = {}
    for name in pipe:lines() do
      names[#names + 1] = name
    end
    pipe:close()
    return names
  end

  for _, name in ipairs(modules()) do
    it("has no number with a decimal point, which other locales cannot read: " .. name, function()
      local number = 0
      for line in io.lines(name) do
        number = number + 1
        local code <const> = line:gsub("%-%-.*$", ""):gsub('"[^"]*"', '""')
        assert.is_nil(code:find "%f[%w]%d+%.%d", ("%s:%d"):format(name, number))
      end
    end)
  end
end)
