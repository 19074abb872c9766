-- The example of a host that embeds the module, built by the commands in its comment.
local lfs <const> = require "lfs"

local connect <const> = require "spec.support.connect"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local function assert_failed(ran, pattern)
  assert.matches(pattern, ran.errors)
  assert.equal(1, ran.status)
end

describe("the example of an embedding host", function()
  local service, folder_of_host, host

  -- The commands in the comment of the host, except for the path of the program.
  local function commands()
    local file <close> = assert(io.open "examples/embed/host.c")
    local text <const> = file:read("a"):gsub("%-o build/host", "-o " .. host)
    local build <const> = assert(text:match "\n%*%*%s+(cmake [^\n]+)")
    return build, assert(text:match "\n%*%*%s+(cc [^\n]+)")
  end

  local function must_run(command)
    local ran <const> = program.run { "sh", "-c", command }
    assert.equal(0, ran.status, command .. "\n" .. ran.output .. ran.errors)
  end

  setup(function()
    service = sandbox.plain()
    folder_of_host = os.tmpname()
    os.remove(folder_of_host)
    assert(lfs.mkdir(folder_of_host))
    host = folder_of_host .. "/host"
    local build <const>, link <const> = commands()
    must_run(build)
    must_run(link:gsub("^cc ", "cc -Wall -Wextra -Werror "))
  end)

  before_each(function()
    service:reset()
  end)

  teardown(function()
    os.remove(host)
    lfs.rmdir(folder_of_host)
  end)

  -- The folder of the shared object is not on the path.
  local function run_host(arguments)
    local environment <const> = program.environment(service)
    environment.LUA_CPATH = package.cpath:gsub("[^;]*build[^;]*;?", "")
    return program.run({ host, table.unpack(arguments) }, environment)
  end

  it("runs a script with the built-in core", function()
    local ran <const> = run_host { "examples/embed/script.lua" }
    assert.same({ status = 0, errors = "" }, { status = ran.status, errors = ran.errors })
    assert.matches('^the C core is in\tthe host\nbytenite job [%x-]+ "From a host" JOB_STATE_NEW\n$', ran.output)
    local names <const> = {}
    for _, request in ipairs(connect.sent(service)) do
      names[#names + 1] = request.operation
    end
    assert.same({ "create_job", "set_configs" }, names)
  end)

  it("shows the error of a script on one line", function()
    service:fault { operation = "create_job", status = 403, message = "not yours" }
    assert_failed(run_host { "examples/embed/script.lua" }, "403 permission_denied: not yours[^\n]*\n$")
  end)

  it("reports a missing script", function()
    assert_failed(run_host { "no-such-script.lua" }, "no%-such%-script%.lua")
  end)

  it("prints its usage", function()
    local ran <const> = run_host {}
    assert.equal(2, ran.status)
    assert.matches("usage: ", ran.errors)
  end)
end)
