-- A host that calls os.setlocale: numbers keep their point, whatever the decimal mark of the
-- locale. Each host is a separate process; its locale is made in the build folder, without changing
-- the system.
local child <const> = require "spec.support.child"
local locales <const> = require "spec.support.locales"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

-- Sets the locale of the environment, and checks that it is in effect.
local SET_LOCALE <const> = [[
  assert(os.setlocale(os.getenv "LOCALE"), "there is no such locale")
  assert(("%.1f"):format(0.5) == os.getenv "HALF", "the locale writes a point")
]]

-- When a host may set its locale: code before the module, after it, and after a client.
local MOMENTS <const> = {
  ["before it loads the module"] = { SET_LOCALE, "", "" },
  ["after it loaded the module"] = { "", SET_LOCALE, "" },
  ["after it made a client"] = { "", "", SET_LOCALE },
}

-- If the mark has two bytes, Lua 5.4 itself cannot load a program with a number like 0.5.
local function can_load(half, moment)
  return #half == 3 or moment[1] == ""
end

local function program(moment, body)
  return table.concat({
    moment[1],
    'local bytenite, json_difference = require "bytenite", require "spec.support.json_difference"',
    moment[2],
    'local client <close> = bytenite.new { base_url = os.getenv "URL", api_key = os.getenv "KEY", timeout = 9.5 }',
    moment[3],
    body,
    "return true",
  }, "\n")
end

-- Numbers of every form by their texts.
local NUMBERS <const> = [[
  local numbers = {
    ["0.5"] = 0x1p-1, ["-2.25"] = -0x1.2p+1, ["19.05518337"] = 0x1.30e207f516edep+4, ["8.34e-6"] = 0x1.17d80df388a35p-17,
    ["0.30000000000000004"] = 0x1.3333333333334p-2, ["1.7976931348623157e308"] = 0x1.fffffffffffffp+1023,
    ["5e-324"] = 0x1p-1074, ["1e-7"] = 0x1.ad7f29abcaf48p-24, ["1.2345678901234568e20"] = 0x1.ac53a7e04bcdap+66,
    ["1e22"] = 0x1.0f0cf064dd592p+73, ["1234567"] = 1234567,
    ["9223372036854775807"] = math.maxinteger, ["-9223372036854775808"] = math.mininteger,
  }
]]

describe("a host whose locale has a decimal comma", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
  end)

  local function describe_host(locale, half, moment, parts)
    describe(("(%s, set %s)"):format(locale, moment), function()
      local function run(body)
        local folder <const>, problem <const> = locales.folder(locale)
        if not folder then return pending(problem) end
        local environment <const> =
          { LOCPATH = folder, LOCALE = locale, HALF = half, URL = service.base_url, KEY = service.api_key, ID = ID }
        assert.is_true(child.run(program(parts, body), environment))
      end

      it("writes and reads numbers in JSON's form", function()
        run(NUMBERS .. [[
            for text, number in pairs(numbers) do
              assert(bytenite.encode(number) == text, text .. " is written as " .. bytenite.encode(number))
              local difference = json_difference.find(number, bytenite.decode(text))
              assert(difference == nil, text .. " is read as another number: " .. tostring(difference))
            end
            assert(bytenite.encode { 1.5, 2.5 } == "[1.5,2.5]")
            assert(json_difference.find(1000000.0, bytenite.decode "1000000.0") == nil)
            assert(bytenite.decode "0,5" == nil)
            assert(bytenite.decode "[0,5]"[2] == 5)
          ]])
      end)

      it("keeps numbers in a round trip through the service", function()
        service:fault { operation = "set_params", echo = true }
        run(NUMBERS .. [[
            local job = assert(client:job(os.getenv "ID"):set_params { app = numbers })
            assert(json_difference.find(numbers, job.params.app) == nil, json_difference.find(numbers, job.params.app))
          ]])
        local requests <const> = service:requests()
        assert.matches('"19.05518337":19.05518337[,}]', requests[#requests].body)
      end)

      it("reads a job's numbers, also those in strings", function()
        service:put_job(ID, updates.full_job(ID))
        run [[
            local job = assert(client:get_job(os.getenv "ID"))
            assert(job.paymentAmount == 0x1.17d80df388a35p-17 and job.params.partitioner.chunks[2] == 2.5)
            assert(job.config.jobTimeout == 600 and job.numUnitsEstimation == 9007199254740993)
            local core = require "bytenite.core"
            local strings = core.decode('{"duration":"302.81","paymentAmount":"8.34e-06","numChunks":"7"}', "Job")
            assert(strings.duration == 0x1.2ecf5c28f5c29p+8 and strings.paymentAmount == 0x1.17d80df388a35p-17)
            assert(strings.numChunks == 7)
            local comma = core.decode('{"duration":"302,81"}', "Job")
            assert(comma.duration == "302,81")
          ]]
      end)

      it("sends numbers in a query with a point", function()
        run [[client:request({ path = "/customer/nowhere", query = { ratio = 0.5 } }, { max_retries = 0 })]]
        local requests <const> = service:requests()
        assert.matches("%?ratio=0%.5$", requests[#requests].path)
      end)

      it("reads errors and the numbers in them", function()
        local body <const> = [[{"code":8,"message":"too many","details":[{"retryDelay":"0.25s","ratio":0.5}]}]]
        service:fault { operation = "get_job", status = 429, body = body }
        run [[
            local job, problem = client:get_job(os.getenv "ID", { max_retries = 0 })
            assert(job == nil and problem.kind == "rate_limited")
            assert(problem.message == "too many", problem.message)
            assert(problem.code == 8 and problem.retry_after == 0.25 and problem.details[1].ratio == 0.5)
          ]]
      end)

      it("exchanges its key for a token, with numbers in the response", function()
        service:fault { operation = "access_token", body = [[{"token":"a-token","expiresIn":3599.5,"scope":"x"}]] }
        run [[client:get_job(os.getenv "ID", { max_retries = 0 })]]
        assert.equal("a-token", service:requests()[2].header.authorization)
      end)

      it("reads timestamps with a fraction", function()
        run [[assert(bytenite.time "2025-08-27T21:51:41.5Z" == 1756331501.5)]]
      end)

      it("keeps the locale it chose", function()
        run [[
            bytenite.encode(0.5)
            bytenite.decode "0.5"
            assert(os.setlocale() == os.getenv "LOCALE")
            assert(("%.1f"):format(0.5) == os.getenv "HALF")
          ]]
      end)
    end)
  end

  for locale, half in pairs(locales.halves) do
    for moment, parts in pairs(MOMENTS) do
      if can_load(half, parts) then describe_host(locale, half, moment, parts) end
    end
  end
end)
