-- The program `bytenite`: help, mistakes, exit statuses, errors, completion, streams that end early.
local cjson <const> = require("cjson").new()
local lfs <const> = require "lfs"
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local exit_status <const> = require "bytenite.command.exit_status"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local JOB <const> = ('{"id":"%s","name":"Old name","state":"JOB_STATE_NEW"}'):format(ID)

local COMMANDS <const> = {
  "submit",
  "list",
  "get",
  "delete",
  "set-name",
  "set-params",
  "set-configs",
  "set-datasource",
  "run",
  "wait",
  "abort",
  "logs",
  "upload",
  "results",
  "templates",
  "info",
  "configure",
  "whoami",
  "sandbox",
  "block",
  "completion",
}

local function contains(text, part)
  assert.is_true(text:find(part, 1, true) ~= nil, ("%q is not in: %s"):format(part, text))
end

-- Writes a file that is removed after the spec.
local function temporary(text)
  local path <const> = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
  finally(function()
    os.remove(path)
  end)
  return path
end

describe("the help of bytenite", function()
  it("names all commands, the environment and each exit status", function()
    local ran <const> = command.run(nil, { "--help" })
    assert.equal(0, ran.status)
    assert.equal("", ran.errors)
    for _, name in ipairs(COMMANDS) do
      assert.is_truthy(ran.output:find("\n   " .. name:gsub("%-", "%%-") .. "  "), name)
    end
    for _, row in ipairs(exit_status.rows) do
      contains(ran.output, ("%3d  %s"):format(row.status, row.meaning))
    end
    contains(ran.output, "BYTENITE_API_KEY")
  end)

  for _, name in ipairs(COMMANDS) do
    if name ~= "sandbox" then
      it("has examples of " .. name, function()
        local ran <const> = command.run(nil, { name, "--help" })
        assert.equal(0, ran.status)
        contains(ran.output, "Examples:\n  ")
        contains(ran.output, "bytenite " .. name)
      end)
    end
  end

  it("is that of the sandbox after `sandbox`", function()
    local ran <const> = command.run(nil, { "sandbox", "--help" })
    assert.equal(0, ran.status, ran.errors)
    contains(ran.output, "--until-stdin-closes")
  end)
end)

describe("the version of bytenite", function()
  it("is the module's", function()
    assert.equal(require("bytenite")._VERSION .. "\n", command.run(nil, { "--version" }).output)
  end)
end)

describe("a mistake on the command line", function()
  local mistakes <const> = {
    { { "--quiet" }, "a command is required" },
    { { "lst" }, "unknown command 'lst'; did you mean 'bytenite list'?" },
    { { "status", ID }, "unknown command 'status'; did you mean 'bytenite get'?" },
    { { "ls" }, "did you mean 'bytenite list'?" },
    { { "Cancel", ID }, "did you mean 'bytenite abort'?" },
    { { "download", ID }, "did you mean 'bytenite results --download'?" },
    { { "--quiet", "frobnicate" }, "unknown command 'frobnicate'; bytenite help lists all" },
    { { "help", "lst" }, "did you mean 'bytenite list'?" },
    { { "list", "--limit", "-5" }, "option '--limit' expected a whole number, got '-5'" },
    { { "list", "--offset", "-1" }, "option '--offset' expected a whole number, got '-1'" },
    { { "wait", ID, "--timeout", "-1" }, "expected seconds above 0, got '-1'" },
    { { "set-name", ID, "-5" }, "unknown option '-5'; put an argument that begins with a dash after --" },
    { { "set-name", ID, "-draft" }, "unknown option '-d'; put an argument that begins with a dash after --" },
    { { "get", ID, "--ids", "-q", "--json" }, "can not be used together" },
    { { "list", "--filter", "state=faild" }, "there is no state 'faild'; did you mean failed?" },
    { { "list", "--filter", "state=completed" }, "did you mean complete?" },
    { { "list", "--filter", "state!=running" }, "did you mean started?" },
    { { "list", "--filter", "state=x" }, "states are new, started, uploading" },
    { { "list", "--limt", "3" }, "unknown option '--limt'" },
    { { "list", "--limit", "many" }, "expected a whole number, got 'many'" },
    { { "list", "--filter", "state" }, "--filter state: expected FIELD=VALUE" },
    { { "get" }, "missing argument ID" },
    { { "get", ".." }, "job id: the dots would change the path" },
    { { "wait", ID, "--timeout", "0" }, "seconds above 0" },
    { { "set-params", ID }, "give a file or --param" },
    { { "set-params", ID, "--param", "prompt=x" }, "--param prompt=...: expected app.NAME=VALUE" },
    { { "set-params", ID, "--param", "app.x=[1,2" }, "--param app.x: not JSON" },
    { { "set-params", ID, "--param", 'app.x="open' }, "for text put it in JSON's quotes" },
    { { "set-params", ID, "--param", "app.x=9223372036854775808" }, "is beyond 64 bits" },
    { { "list", "--filter", "numChunks=[1" }, "--filter numChunks: not JSON" },
    { { "set-configs", ID }, "give at least one" },
    { { "set-configs", ID, "--test-job", "--no-test-job" }, "can not be used together" },
    { { "set-datasource", ID }, "give --source" },
    { { "set-datasource", ID, "--source", "nowhere" }, "--source nowhere: expected file" },
    { { "submit", "-", "--draft", "--wait" }, "does not run" },
    { { "get", ID, "--base-url", "ftp://host" }, "--base-url: not usable" },
    { { "delete", ID }, "add --yes" },
    { { "logs", ID, "--level", "warning" }, "option '--level' expected a level, got 'warning'; did you mean WARN?" },
    { { "logs", ID, "--level", "eror" }, "did you mean ERROR?" },
    { { "logs", ID, "--level", "loud" }, "levels are TRACE, DEBUG, INFO, WARN, ERROR, FATAL, PANIC, UNKNOWN" },
    { { "results", ID, "--existing", "skip" }, "results: --existing has no effect without --download" },
    { { "results", ID, "--concurrency", "4" }, "results: --concurrency has no effect without --download" },
    { { "results", ID, "--download", "x", "--existing", "keep" }, "must be one of" },
    { { "results", ID, "--download", "x", "--concurrency", "0" }, "expected a whole number above 0, got '0'" },
    { { "submit", "-", "--wait", "--existing", "skip" }, "submit: --existing has no effect without --download" },
    { { "submit", "-", "--interval", "3" }, "submit: --interval has no effect without --wait or --download" },
    { { "run", ID, "--wait-timeout", "3" }, "run: --wait-timeout has no effect without --wait" },
    { { "logs", ID, "--interval", "3" }, "logs: --interval has no effect without --follow" },
    { { "logs", ID, "--tail", "-1" }, "option '--tail' expected a whole number, got '-1'" },
    { { "logs", ID, "--since", "soon" }, "option '--since' expected a time span such as 10m" },
    { { "logs", ID, "--since", "10" }, "option '--since' expected a time span such as 10m" },
    { { "list", "--all", "--limit", "3" }, "can not be used together" },
    { { "submit", "-", "--upload", "-" }, "submit: FILE and --upload cannot both be standard input" },
    { { "upload", ID, "-", "--size", "-1" }, "option '--size' expected a whole number, got '-1'" },
    { { "logs", ID, "--ids" }, "logs: --ids has no effect: it prints no jobs" },
    { { "configure", "--list", "--no-check" }, "can not be used together" },
    { { "--quiet", "sandbox" }, "options must follow its name" },
  }

  for _, mistake in ipairs(mistakes) do
    it(("is reported for `bytenite %s`, and nothing is sent"):format(table.concat(mistake[1], " ")), function()
      local service <const> = sandbox.plain()
      service:reset()
      local ran <const> = command.run(service, mistake[1])
      assert.equal(2, ran.status)
      assert.equal("", ran.output)
      contains(ran.errors:match "^bytenite: ([^\n]*)\n" or ran.errors, mistake[2])
      assert.equal(0, #connect.sent(service))
    end)
  end

  it("shows how the command is called", function()
    contains(command.run(nil, { "get" }).errors, "Usage: bytenite get")
  end)

  it("is reported as JSON with --json", function()
    local ran <const> = command.run(nil, { "get", "--json" })
    assert.equal(2, ran.status)
    assert.equal("usage", cjson.decode(ran.errors).error.kind)
  end)
end)

describe("an error of a call", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, JOB)
  end)

  local by_status <const> =
    { [400] = 6, [401] = 3, [403] = 4, [404] = 5, [409] = 7, [429] = 8, [500] = 8, [503] = 8, [501] = 1 }
  for status, expected in pairs(by_status) do
    it(("with status %d ends with %d"):format(status, expected), function()
      service:fault { operation = "set_name", status = status, message = "so it is", times = "forever" }
      local ran <const> = command.run(service, { "--max-retries", "0", "set-name", ID, "New name" })
      assert.equal(expected, ran.status, ran.errors)
      assert.equal("", ran.output)
      assert.is_truthy(ran.errors:find "^bytenite: PATCH [^\n]*so it is[^\n]*\n$", ran.errors)
      assert.is_true(#connect.sent(service) <= 2) -- one attempt, and one with a new token after a 401
    end)
  end

  it("ends with the status of its kind", function()
    service:fault { operation = "get_job", hang = true, times = "forever" }
    local cases <const> = {
      { 9, { "get", ID, "--timeout", "0.1", "--max-retries", "0" } },
      { 10, { "get", ID, "--base-url", "http://127.0.0.1:1/v1", "--max-retries", "0" } },
      { 12, { "get", ID, "--api-key-file", "/nowhere/key" } },
      { 12, { "submit", "/nowhere/job.json" } },
      { 3, { "get", ID }, { BYTENITE_API_KEY = false } },
      { 3, { "get", ID }, { BYTENITE_API_KEY = "another key" } },
    }
    for _, case in ipairs(cases) do
      local ran <const> = command.run(service, case[2], { environment = case[3] })
      assert.equal(case[1], ran.status, table.concat(case[2], " ") .. "\n" .. ran.errors)
      assert.is_truthy(ran.errors:find "^bytenite: [^\n]+\n$", ran.errors)
    end
  end)

  it("is an object on stderr with --json", function()
    local ran <const> = command.run(service, { "--json", "get", "nowhere" })
    assert.equal(5, ran.status)
    assert.equal("", ran.output)
    local problem <const> = cjson.decode(ran.errors).error
    assert.same({ "not_found", 404, "GET" }, { problem.kind, problem.status, problem.method })
    assert.is_truthy(problem.message:find "job not found")
  end)

  it("is an object even if its message is not UTF-8", function()
    local ran <const> = command.run(service, { "--json", "submit", "/nowhere/\xFF.json" })
    assert.equal(12, ran.status)
    assert.is_truthy(cjson.decode(ran.errors).error.message:find("/nowhere/<FF>.json", 1, true))
  end)

  it("holds no secret", function()
    local sources <const> =
      temporary '{"dataSourceDescriptor":"url","params":{"url":"https://h.org/x?sig=hush-long-signature","password":"hush-word"}}'
    os.rename(sources, sources .. ".json")
    service:fault {
      operation = "set_datasource",
      times = 2,
      status = 400,
      body = "refused: hush-long-signature, hush-word, " .. service.api_key,
    }
    for _, option in ipairs { "--quiet", "--json" } do
      local ran <const> = command.run(service, { option, "set-datasource", ID, "--source", sources .. ".json" })
      assert.is_nil((ran.errors .. ran.output):find "hush", ran.errors)
      assert.is_nil((ran.errors .. ran.output):find(service.api_key, 1, true))
    end
    os.remove(sources .. ".json")
  end)

  it("speaks of commands where the module would speak of methods", function()
    service:fault { operation = "results", status = 400, message = "the job has not yet been completed" }
    local ran <const> = command.run(service, { "results", ID })
    contains(ran.errors, "bytenite wait " .. ID)
    assert.is_nil(ran.errors:find("job:wait", 1, true))
  end)

  it("speaks of options where the module would, also as JSON", function()
    local environment <const> = { BYTENITE_API_KEY = false }
    local ran = command.run(service, { "get", ID }, { environment = environment })
    contains(ran.errors, "give --api-key-file, or set BYTENITE_API_KEY")
    ran = command.run(service, { "get", ID, "--json" }, { environment = environment })
    contains(cjson.decode(ran.errors).error.hint, "give --api-key-file")
    ran = command.run(service, { "get", ID, "--max-response-bytes", "10" })
    contains(ran.errors, "raise --max-response-bytes to accept larger responses")
  end)

  it("is reported as a bug of the program, with its position, if it is one", function()
    local command_errors <const> = require "bytenite.command.command_errors"
    assert.equal("bug", command_errors.from("/x/lua/bytenite/command/display.lua:3: attempt to index nil").kind)
    assert.equal("bug", command_errors.from({}).kind)
    assert.equal("usage", command_errors.from("bin/bytenite:33: get_job: job id: must not be empty").kind)
    assert.equal("x", command_errors.from("...under/bin/bytenite:33: get_job: x").message)
  end)
end)

describe("the API key", function()
  it("is read from a file if one is named, without surrounding white space", function()
    local service <const> = sandbox.plain()
    service:reset { tokens = true }
    service:put_job(ID, JOB)
    local path <const> = temporary("\n " .. service.api_key .. " \n")
    local environment <const> = { BYTENITE_API_KEY = "not this one" }
    local ran <const> = command.run(service, { "get", ID, "--api-key-file", path }, { environment = environment })
    assert.equal(0, ran.status, ran.errors)
  end)

  it("must be in that file", function()
    local ran <const> = command.run(nil, { "get", ID, "--api-key-file", temporary " \n" })
    assert.equal(12, ran.status)
    contains(ran.errors, "the file has no API key")
  end)

  it("is not an option", function()
    assert.equal(2, command.run(nil, { "get", ID, "--api-key", "k" }).status)
  end)
end)

describe("the service in the path", function()
  it("can be set", function()
    local service <const> = sandbox.plain()
    service:reset()
    command.run(service, { "get", ID, "--service", "computing" })
    assert.equal("/v1/computing/jobs/" .. ID, connect.sent(service)[1].path)
  end)
end)

describe("TLS", function()
  it("trusts the given certificates, by option or environment", function()
    local service <const> = sandbox.tls()
    service:reset()
    service:put_job(ID, JOB)
    assert.equal(0, command.run(service, { "get", ID }).status)
    local environment <const> = { BYTENITE_CA_FILE = false }
    local arguments <const> = { "get", ID, "--ca-file", service.ca_file }
    assert.equal(0, command.run(service, arguments, { environment = environment }).status)
    assert.equal(10, command.run(service, { "get", ID }, { environment = environment }).status)
  end)
end)

describe("completion", function()
  it("is a script for each shell", function()
    for _, shell in ipairs { "bash", "zsh", "fish" } do
      local ran <const> = command.run(nil, { "completion", shell })
      assert.equal(0, ran.status, ran.errors)
      contains(ran.output, "__complete")
    end
  end)

  it("is a script that bash accepts", function()
    local path <const> = temporary(command.run(nil, { "completion", "bash" }).output)
    assert.is_true(os.execute("bash -n " .. path))
  end)
end)

describe("a missing argparse", function()
  it("is reported with what to install", function()
    local folder <const> = os.tmpname() .. ".d"
    assert(lfs.mkdir(folder))
    do
      local file <close> = assert(io.open(folder .. "/argparse.lua", "w"))
      file:write "error 'not here'"
    end
    local environment <const> = { LUA_PATH = folder .. "/?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path }
    local ran <const> = program.lua({ "bin/bytenite", "list" }, environment)
    os.remove(folder .. "/argparse.lua")
    os.remove(folder)
    assert.equal(1, ran.status)
    assert.equal(
      'bytenite: the rock "argparse" is missing: luarocks install argparse (Debian and Ubuntu: apt-get install lua-argparse)\n',
      ran.errors
    )
  end)
end)

describe("output", function()
  local service

  -- Runs a shell command in which "$@" is the program.
  local function shell(script, ...)
    local arguments <const> = { "bash", "-c", script, "bash", program.interpreter(), "bin/bytenite", ... }
    return program.run(arguments, program.environment(service))
  end

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, JOB)
  end)

  it("that is no longer read ends the program quietly", function()
    local rows <const> = ('{"id":"j","name":"%s"},'):format(("x"):rep(200)):rep(1000):sub(1, -2)
    service:fault {
      operation = "list_jobs",
      body = ('{"data":[%s],"pagination":{"total":1000,"hasNext":false}}'):format(rows),
      times = "forever",
    }
    local ran <const> = shell([["$@" | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}]], "list", "--all", "--json")
    assert.equal("", ran.errors)
    assert.equal(141, ran.status)
  end)

  it("that cannot be written is an error", function()
    local ran <const> = shell('"$@" > /dev/full', "get", ID)
    assert.equal(12, ran.status)
    assert.equal("bytenite: cannot write the output: No space left on device\n", ran.errors)
  end)

  it("on a closed stdout goes nowhere else", function()
    local ran <const> = shell('"$@" >&-', "get", ID)
    assert.equal(12, ran.status, ran.errors)
    contains(ran.errors, "cannot write the output")
  end)
end)
