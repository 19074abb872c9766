-- The errors and events in docs/api.lua are those of the module.
local api <const> = require "docs.api"
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"
local sets <const> = require "spec.support.sets"

local set_of <const>, sorted <const> = sets.of, sets.sorted

local programs <const> = { command = true, sandbox = true } -- folders that are not part of the module

local function add_sources(folder, texts)
  for name in lfs.dir(folder) do
    local path <const> = folder .. "/" .. name
    if name:find "%.lua$" then
      local file <close> = assert(io.open(path))
      texts[#texts + 1] = file:read "a"
    elseif not name:find "^%." and not programs[name] then
      add_sources(path, texts)
    end
  end
  return texts
end

-- Returns the sources of the module, without those of its programs.
local function module_sources()
  return table.concat(add_sources("lua/bytenite", {}), "\n")
end

describe("the documented errors", function()
  local service, connected

  setup(function()
    service = sandbox.plain()
    service:reset()
    connected = connect.client(service)
  end)

  teardown(function()
    connected:close()
  end)

  -- Returns the errors of calls, each of which meets one of the faults.
  local function errors_of(faults)
    local list <const> = {}
    for index, fault in ipairs(faults) do
      fault.operation = "get_job"
      fault.times = fault.status == 401 and 2 or 1 -- the first one makes the client renew its token
      list[index] = fault
    end
    service:fault(list)
    for index = 1, #faults do
      local _ <const>, err <const> = connected:get_job "j1"
      list[index] = assert(err)
    end
    return list
  end

  it("have all kinds", function()
    local faults <const> = {}
    for status = 300, 599 do
      faults[#faults + 1] = { status = status }
    end
    local kinds <const> = set_of(errors_of(faults), "kind")
    for kind in module_sources():gmatch 'kind = "([%l_]+)"' do
      kinds[kind] = true
    end
    for kind in module_sources():gmatch 'return nil, "([%l_]+)", ' do
      kinds[kind] = true
    end
    local file <close> = assert(io.open "src/binding/exchange_response.c")
    for kind in assert(file:read("a"):match "names%[%] = {(.-)}"):gmatch '"([%l_]+)"' do
      kinds[kind] = true
    end
    kinds.response, kinds.none, kinds.renew, kinds.raised = nil, nil, nil, nil -- outcomes that are not errors
    assert.same(sorted(kinds), sorted(set_of(api.errors.kinds, 1)))
  end)

  for _, kind in ipairs(api.errors.kinds) do
    if kind.status then
      it(("have the right status: %s"):format(kind[1]), function()
        assert.equal(kind[1], errors_of({ { status = kind.status } })[1].kind)
      end)
    end
  end

  it("have all fields", function()
    local fields <const> = {}
    local seen <const> = errors_of {
      { status = 404, shape = "envelope" },
      { status = 404, body = '{"code":5,"message":"no","details":[{"@type":"t"}]}' },
      { status = 503, retry_after = 90 },
      { status = 301 },
    }
    for _, err in ipairs(seen) do
      for name in pairs(err) do
        fields[name] = true
      end
    end
    for name in module_sources():gmatch "problem%.([%l_]+) = " do
      fields[name] = true
    end
    assert.same(sorted(fields), sorted(set_of(api.errors.fields, "name")))
  end)
end)

describe("the documented events", function()
  local COMMON <const> = { type = true, operation = true, method = true, path = true, attempt = true }
  local service, seen

  -- Returns all events of a call whose first attempt meets a fault.
  local function call_with(fault)
    service:fault(fault)
    local connected <close> = bytenite.new {
      base_url = service.base_url,
      api_key = service.api_key,
      max_retries = 1,
      on_event = function(event)
        seen[event.type] = seen[event.type] or {}
        table.insert(seen[event.type], event)
      end,
    }
    connected:get_job "no-such-job"
  end

  setup(function()
    service = sandbox.plain()
    service:reset()
    seen = {}
    call_with { operation = "get_job", status = 503 }
    call_with { operation = "get_job", truncate = 5 } -- no response: a connection that broke midway
  end)

  it("are all events", function()
    assert.same(sorted(seen), sorted(set_of(api.events.types, 1)))
  end)

  for _, event in ipairs(api.events.types) do
    it(("have their fields: %s"):format(event[1]), function()
      local always <const>, sometimes <const> = {}, {}
      for name in pairs(seen[event[1]][1]) do
        always[name] = true
      end
      for _, one in ipairs(seen[event[1]]) do
        for name in pairs(always) do
          if one[name] == nil then always[name] = nil end
        end
        for name in pairs(one) do
          sometimes[name] = true
        end
      end
      local documented <const>, some <const> = { table.unpack(event.fields) }, { table.unpack(event.some or {}) }
      for name in pairs(COMMON) do
        documented[#documented + 1] = name
      end
      for name in pairs(always) do
        sometimes[name] = nil
      end
      table.sort(documented)
      table.sort(some)
      assert.same(documented, sorted(always))
      assert.same(some, sorted(sometimes))
    end)
  end

  it("have all their fields described", function()
    local fields <const> = {}
    for _, events in pairs(seen) do
      for _, event in ipairs(events) do
        for name in pairs(event) do
          fields[name] = true
        end
      end
    end
    assert.same(sorted(fields), sorted(set_of(api.events.fields, "name")))
  end)
end)
