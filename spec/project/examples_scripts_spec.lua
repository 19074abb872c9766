-- The examples of unattended scripts.
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local service

local function run(name, arguments, environment)
  return program.lua(
    { ("examples/%s.lua"):format(name), table.unpack(arguments) },
    environment or program.environment(service)
  )
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

local function exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

setup(function()
  service = sandbox.plain()
end)

before_each(function()
  service:reset()
end)

describe("the example ten_thousand", function()
  it("changes all jobs, and continues where it stopped", function()
    local place <close> = folder.new()
    local ids, log = place:at "ids", place:at "log"
    for number = 1, 3 do
      service:put_job("j" .. number, ('{"id":"j%d","name":"A job","state":"JOB_STATE_NEW"}'):format(number))
    end
    write(ids, "j1\nj2\nnot-there\nj3\n")
    local ran <const> = run("ten_thousand", { ids, log })
    assert.equal(1, ran.status)
    assert.matches("3 changed, 1 failed, 0 left out", ran.output)
    assert.matches("not%-there: PATCH .* 404 not_found", ran.errors)
    assert.matches("%[##############################%] 4 of 4, 1 failed", ran.errors)
    local client <close> = connect.client(service)
    assert.equal(7200, assert(client:get_job "j3").config.jobTimeout)
    assert.matches("0 changed, 1 failed, 3 left out", run("ten_thousand", { ids, log }).output)
  end)

  it("prints its usage", function()
    local ran <const> = run("ten_thousand", { "ids" })
    assert.equal(2, ran.status)
    assert.matches("usage: ten_thousand.lua IDS LOG", ran.errors)
  end)
end)

describe("the example cron_job", function()
  it("fetches the results, prints nothing, and ends with 0", function()
    service:set_speed(1000)
    local place <close> = folder.new()
    local ran <const> = run("cron_job", { place.path })
    assert.same({ 0, "", "" }, { ran.status, ran.output, ran.errors })
    assert.is_true(exists(("%s/%s/out_0/result.txt"):format(place.path, os.date "!%Y-%m-%d")))
  end)

  it("ends with 1 if the job fails, and prints why", function()
    service:set_speed(1000)
    local place <close> = folder.new()
    local file <close> = assert(io.open "examples/cron_job.lua")
    local failing <const> = file:read("a"):gsub("app = { prompt =", "app = { sandbox_fail =")
    write(place:at "failing.lua", failing)
    local ran <const> =
      program.lua({ place:at "failing.lua", place.path, "out of memory" }, program.environment(service))
    assert.same({ 1, "" }, { ran.status, ran.output })
    assert.matches("job_failed: out of memory", ran.errors)
  end)

  it("ends with 75 for errors that may disappear", function()
    local place <close> = folder.new()
    service:fault { operation = "create_job", status = 503, retry_after = 3600 }
    assert.equal(75, run("cron_job", { place.path }).status)
  end)

  it("ends with 78 for errors that a person must correct", function()
    local place <close> = folder.new()
    local environment <const> = program.environment(service)
    environment.BYTENITE_API_KEY = "wrong"
    local ran <const> = run("cron_job", { place.path }, environment)
    assert.equal(78, ran.status)
    assert.matches("unauthenticated", ran.errors)
    assert.equal(78, run("cron_job", {}).status)
  end)
end)

describe("the example s3_source", function()
  local function run_with_keys(arguments)
    local environment <const> = program.environment(service)
    environment.AWS_ACCESS_KEY_ID, environment.AWS_SECRET_ACCESS_KEY = "AKIA1", "not-a-real-key"
    return run("s3_source", arguments, environment)
  end

  it("stores its secret once, and names it in jobs", function()
    for _ = 1, 2 do
      local ran <const> = run_with_keys { "renders", "in.txt" }
      assert.same({ 0, "" }, { ran.status, ran.errors })
      assert.matches("^%x+%-.* reads in.txt from renders\n$", ran.output)
    end
    local client <close> = connect.client(service)
    local secrets <const> = assert(client:list_secrets())
    assert.equal(1, #secrets)
    local named = 0
    for each in client:each_job() do
      local job <const> = assert(client:get_job(each.id))
      for _, side in ipairs { "dataSource", "dataDestination" } do
        assert.equal(secrets[1].id, job[side].params.secretId)
        named = named + 1
      end
    end
    assert.equal(4, named)
  end)

  it("prints its usage", function()
    assert.equal(2, run("s3_source", {}).status)
  end)
end)
