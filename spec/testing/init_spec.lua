-- bytenite.testing: a sandbox for tests, in one line.
local child <const> = require "spec.support.child"
local testing <const> = require "bytenite.testing"

describe("bytenite.testing", function()
  local service <const> = testing.sandbox { speed = 1000, before_each = before_each, teardown = teardown }

  it("starts a sandbox that clients can use, and counts their requests", function()
    local client <close> = service:client()
    local job <const> = assert(client:create_job { templateId = "img-gen", name = "Under test" })
    assert(job:set_name "Renamed")
    local operations <const> = {}
    for index, request in ipairs(service:requests()) do
      operations[index] = request.operation
    end
    assert.same({ "access_token", "create_job", "set_name" }, operations)
  end)

  it("is reset before each test", function()
    local client <close> = service:client()
    assert.same({}, assert(client:list_jobs()).data)
  end)

  it("can add faults", function()
    local client <close> = service:client { max_retries = 0 }
    service:fault { operation = "create_job", status = 503, times = 1 }
    local job <const>, problem <const> = client:create_job { templateId = "img-gen", name = "Under test" }
    assert.is_nil(job)
    assert.equal("unavailable", problem.kind)
    assert(client:create_job { templateId = "img-gen", name = "Under test" })
  end)

  it("can advance time, and change jobs", function()
    local client <close> = service:client()
    local job <const> = assert(client:submit {
      templateId = "img-gen",
      name = "Under test",
      dataSource = { dataSourceDescriptor = "bypass" },
      dataDestination = { dataSourceDescriptor = "bucket" },
    })
    service:advance(3600)
    assert.equal("JOB_STATE_COMPLETE", assert(job:refresh()).state)
    service:request("PATCH", "/jobs/" .. job.id, { state = "JOB_STATE_FAILED" })
    assert.equal("JOB_STATE_FAILED", assert(job:refresh()).state)
  end)

  it("serves TLS, with an authority to trust", function()
    local own <close> = testing.sandbox { tls = true }
    local client <close> = own:client()
    assert.is_truthy(own.base_url:find "^https://")
    assert(client:info())
  end)

  it("refuses unknown faults and bad times at the caller's line, with their value", function()
    for value, call in pairs {
      ['got "nope"'] = function()
        service:fault { operation = "nope" }
      end,
      ["seconds must be a number above 0"] = function()
        service:advance(-1)
      end,
    } do
      local line <const> = debug.getinfo(call, "S").linedefined + 1
      local ok <const>, message <const> = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(message:find(("init_spec.lua:%d: "):format(line), 1, true), message)
      assert.is_truthy(message:find(value, 1, true), message)
    end
  end)

  it("raises the sandbox's own message if it ends instead of listening", function()
    local result <const> = child.run [[
      local ok <const>, message <const> = pcall(require("bytenite.testing").sandbox, { jobs = -1 })
      return { ok, message }
    ]]
    assert.is_false(result[1])
    assert.is_truthy(result[2]:find("the sandbox did not start: ", 1, true), result[2])
    assert.is_truthy(result[2]:find("option jobs must be a count", 1, true), result[2])
  end)

  it("refuses unknown options", function()
    assert.has_error(function()
      testing.sandbox { sped = 3 }
    end, 'sandbox: unknown option "sped": did you mean "speed"?')
  end)
end)

it("a sandbox of bytenite.testing ends with the process that started it", function()
  local pid <const> = child.run([[
    local service = require("bytenite.testing").sandbox()
    return { math.tointeger(service.ready.pid) }
  ]])[1]
  local deadline <const> = os.time() + 20
  repeat
    local is_running <const> = os.execute(("kill -0 %d 2>/dev/null"):format(pid))
  until not is_running or os.time() > deadline
  assert.is_nil(os.execute(("kill -0 %d 2>/dev/null"):format(pid)))
end)
