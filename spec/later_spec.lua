-- Modules that are loaded when they are first used, whatever the host has done since the first one was.
local child <const> = require "spec.support.child"
local sandbox <const> = require "spec.support.sandbox"

-- A client is made, then the host changes something, then each kind of work is done for the first time.
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
  service:reset() -- of what other specs have left there
  local answer <const> = child.run(PROGRAM:format(change), { URL = service.base_url, KEY = service.api_key })
  assert.same({ "Later", 1, 1, true, "not_found", 1 }, answer)
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
    local answer <const> = child.run [[
      local names = { "", "async.reactor", "async.tasks", "async.timers", "base.lazy", "base.options", "base.validate", "call",
        "call.credentials", "call.exchanges", "call.query_string", "call.responses", "call.retry_policy", "call.state_machine",
        "calls", "client", "datasource", "errors", "errors.call_failure", "errors.lenient_json", "errors.redact", "job" }
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
    assert.same({ "connection" }, answer)
  end)
end)

describe("loading modules later", function()
  it("leaves package.path and package.preload as they were", function()
    local answer <const> = child.run [[
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
    assert.same({ true, 0 }, answer)
  end)

  it("leaves the position of a mistake the caller's", function()
    local answer <const> = child.run [[
      local client = require("bytenite").new { base_url = "http://127.0.0.1:1", access_token = "token" }
      package.path = ""
      local _, message = pcall(load("local client = ...\nclient:submit { nmae = 'x' }", "=program"), client)
      return { message:match "^[^:]*:%d+:" }
    ]]
    assert.same({ "program:2:" }, answer)
  end)

  it("happens only for what is used", function()
    local answer <const> = child.run [[
      local client <close> = require("bytenite").new { access_token = "token" }
      local loaded = {}
      for _, name in ipairs { "call", "calls", "download", "driver", "job", "map", "pages", "upload" } do
        if package.loaded["bytenite." .. name] then loaded[#loaded + 1] = name end
      end
      return { #loaded, table.concat(loaded, " ") }
    ]]
    assert.same({ 0, "" }, answer)
  end)
end)

describe("the text of a module", function()
  -- Lua reads numbers by the locale of the moment, which a host may have changed before a module is loaded.
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
    it("has no decimal point that a comma could be taken for: " .. name, function()
      local number = 0
      for line in io.lines(name) do
        number = number + 1
        local code <const> = line:gsub("%-%-.*$", ""):gsub('"[^"]*"', '""')
        assert.is_nil(code:find "%f[%w]%d+%.%d", ("%s:%d"):format(name, number))
      end
    end)
  end
end)
