-- `bytenite whoami`: whether the service accepts the credentials, and what it prints if that is
-- unknown.
local cjson <const> = require("cjson").new()
local command <const> = require "spec.support.command"
local sandbox <const> = require "spec.support.sandbox"

describe("bytenite whoami", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
  end)

  -- Runs the program without retries.
  local function whoami(environment, ...)
    return command.run(service, { "whoami", "--max-retries", "0", ... }, { environment = environment })
  end

  -- Returns what people see.
  local function accepted(ran)
    return ran.output:match "\naccepted%s+([^\n]*)\n$"
  end

  it("says that credentials are not accepted if the service refuses them", function()
    service:fault { operation = "info", status = 403 }
    assert.equal("no", accepted(whoami()))
    assert.equal("yes", accepted(whoami()))
  end)

  it("does not say so if the service cannot be reached", function()
    local nobody <const> = { BYTENITE_BASE_URL = "http://127.0.0.1:1/v1", BYTENITE_ACCESS_TOKEN = "my-token" }
    local ran <const> = whoami(nobody)
    assert.equal(10, ran.status, ran.errors)
    assert.equal("unknown (not reached)", accepted(ran))
    assert.is_nil(cjson.decode(whoami(nobody, "--json").output).accepted)
  end)

  it("does not say so if the service fails", function()
    service:fault { operation = "info", status = 500, times = 2 }
    assert.equal("unknown (the call failed)", accepted(whoami()))
    assert.is_nil(cjson.decode(whoami(nil, "--json").output).accepted)
  end)
end)
