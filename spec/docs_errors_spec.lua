-- docs/api.lua against the module itself: errors and events.
local api <const> = require "docs.api"
local bytenite <const> = require "bytenite"
local errors <const> = require "bytenite.errors"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"
local sets <const> = require "spec.support.sets"

local set_of <const>, sorted <const> = sets.of, sets.sorted

-- The sources of the module, without the sandbox's, and the place where the C core names failures.
local function module_sources()
  local texts <const> = {}
  for name in lfs.dir "lua/bytenite" do
    if name:find "%.lua$" then
      local file <close> = assert(io.open("lua/bytenite/" .. name))
      texts[#texts + 1] = file:read "a"
    end
  end
  return table.concat(texts, "\n")
end

describe("the documented errors", function()
  local BODIES <const> = {
    "",
    "<html></html>",
    '{"code":5,"message":"no","details":[{"@type":"t","retryDelay":"2s"}]}',
    '{"ok":false,"requestId":"r","message":"no","error":{"code":404,"message":"no","description":"none"}}',
  }

  it("have the kinds there are", function()
    local kinds <const> = {}
    for status = 100, 599 do
      kinds[errors.from_answer(status, "").kind] = true
    end
    for kind in module_sources():gmatch 'kind = "([%l_]+)"' do
      kinds[kind] = true
    end
    for kind in module_sources():gmatch 'return nil, "([%l_]+)", ' do
      kinds[kind] = true
    end
    local file <close> = assert(io.open "src/exchange.c")
    for kind in assert(file:read("a"):match "names%[%] = {(.-)}"):gmatch '"([%l_]+)"' do
      kinds[kind] = true
    end
    kinds.answered, kinds.none, kinds.renew = nil, nil, nil -- outcomes that are no errors
    assert.same(sorted(kinds), sorted(set_of(api.errors.kinds, 1)))
  end)

  for _, kind in ipairs(api.errors.kinds) do
    if kind.status then
      it(("have the right status: %s"):format(kind[1]), function()
        assert.equal(kind[1], errors.from_answer(kind.status, "").kind)
      end)
    end
  end

  it("have the fields there are", function()
    local fields <const> = {}
    for _, body in ipairs(BODIES) do
      for name in pairs(errors.from_answer(404, body)) do
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

  -- All events of a call whose first attempt meets a fault.
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
    call_with { operation = "get_job", truncate = 5 } -- no answer: a connection that broke midway
  end)

  it("are those there are", function()
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
