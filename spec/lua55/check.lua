-- The core and the four updates, by a Lua for which there is no busted: run names it. Prints what failed, and at last
-- "N passed, N failed".
local bytenite <const> = require "bytenite"

local passed, failed = 0, 0

local function it(name, run)
  local worked <const>, problem <const> = xpcall(run, debug.traceback)
  if worked then
    passed = passed + 1
  else
    failed = failed + 1
    print(("Failure -> spec/lua55/check_spec.lua @ 1\n%s: %s"):format(name, problem))
  end
end

local function equal(expected, found)
  if expected ~= found or math.type(expected) ~= math.type(found) then
    error(("expected %s, found %s"):format(expected, found), 2)
  end
end

it("runs with the Lua that is meant", function()
  equal("Lua 5.5", _VERSION)
end)

for _, text in ipairs {
  '{"a":[1,-0.0,1.5e300,9223372036854775807,-9223372036854775808]}',
  '[true,false,null,"\\u0000\\ud83d\\ude00",[],{}]',
  '["ä",0.1,1e-07,123456789012345680000]',
} do
  it("reads and writes " .. text, function()
    local value <const> = assert(bytenite.decode(text))
    local again <const> = bytenite.encode(value)
    equal(again, bytenite.encode(assert(bytenite.decode(again))))
  end)
end

it("keeps integers exact, and refuses what JSON cannot hold", function()
  equal(9007199254740993, bytenite.decode("[9007199254740993]")[1])
  equal(0.5, bytenite.decode("[5e-1]")[1])
  equal("{}", bytenite.encode {})
  equal("[]", bytenite.encode(bytenite.array {}))
  equal(false, pcall(bytenite.encode, { 0 / 0 }))
  equal(nil, (bytenite.decode "[1,]"))
end)

it("refuses a misspelled option with a suggestion", function()
  local raised <const>, message <const> = pcall(bytenite.new, { api_kye = "x" })
  equal(false, raised)
  assert(message:find('did you mean "api_key"', 1, true), message)
end)

local client <close> = bytenite.new()
local job

it("creates a job", function()
  job = assert(client:create_job { templateId = "img-gen", name = "Before" })
  equal("Before", job.name)
end)

it("sets the data source", function()
  assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
  equal("https://example.org/in.txt", job.dataSource.params.url)
end)

it("sets the params", function()
  assert(job:set_params { partitioner = {}, assembler = {}, app = { seed = 9007199254740993, strength = 0.1 } })
  equal(9007199254740993, job.params.app.seed)
  equal(0.1, job.params.app.strength)
end)

it("sets the name", function()
  equal(job, job:set_name "Größere Bilder")
  equal("Größere Bilder", job.name)
end)

it("sets the configs", function()
  assert(job:set_configs { jobTimeout = 7200 })
  equal(7200, job.config.jobTimeout)
end)

it("returns an error value, and leaves the job alone", function()
  local result <const>, problem <const> = job:set_name "abc"
  equal(nil, result)
  equal("bad_request", problem.kind)
  equal("Größere Bilder", job.name)
end)

it("makes many calls at once", function()
  local results <const> = client:map({ "One batch", "Two batches", "Three batches" }, function(name)
    return client:create_job { templateId = "img-gen", name = name }
  end)
  for index = 1, 3 do
    equal(nil, results[index].error)
  end
end)

it("iterates over jobs", function()
  local count = 0
  for _ in client:each_job() do
    count = count + 1
  end
  assert(count >= 4, count)
end)

it("collects what it no longer needs", function()
  for _ = 1, 20 do
    assert(job:refresh())
  end
  job = nil
  collectgarbage()
  collectgarbage()
end)

print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0, true)
