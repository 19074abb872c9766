-- The core's rows and objects are exactly those of the service's contract.
local bytenite <const> = require "bytenite"
local compare <const> = require "spec.contract.compare"
local contract <const> = require "spec.contract.init"
local core <const> = require "bytenite.core"
local samples <const> = require "spec.contract.samples"
local types <const> = require "spec.contract.types"
local decoded_values <const> = require "spec.contract.decoded_values"

-- Intended differences.
local MEANT <const> = {
  "Event.data: object in the contract, any in the core", -- free-form: its content is not documented
  "Filter.condition required: false in the contract, true in the core", -- without it a filter has no meaning: it is
  "Filter.field required: false in the contract, true in the core", -- better to fail before the request
  "Status.details: typed[] in the contract, any in the core", -- like the data of events
}

local function copy(value)
  if type(value) ~= "table" then return value end
  local made <const> = {}
  for key, member in pairs(value) do
    made[key] = copy(member)
  end
  return made
end

-- Returns the differences after a change to a copy of the contract, without the intended ones.
local function differences_after(change)
  local changed <const> = copy(contract)
  change(changed.operations.rows, changed.objects)
  local meant <const>, found <const> = {}, {}
  for _, sentence in ipairs(MEANT) do
    meant[sentence] = true
  end
  for _, sentence in ipairs(compare.differences(changed, core)) do
    if not meant[sentence] then found[#found + 1] = sentence end
  end
  return found
end

describe("the core", function()
  it("declares what the contract does", function()
    local found <const> = compare.differences(contract, core)
    table.sort(found)
    assert.same(MEANT, found)
  end)

  -- The core has its own names for types of lists and maps; reading values shows what they mean.
  for _, name in ipairs(types.names(contract.objects.declared)) do
    it("reads every member of " .. name .. " as the contract says", function()
      for _, mood in ipairs(types.names(samples.moods)) do
        local text <const> = bytenite.encode(samples.value(contract.objects, name, mood))
        local got <const> = assert(core.decode(text, name))
        local problem <const> = decoded_values.problem(contract.objects, name, decoded_values.decode(text), got)
        assert(not problem, ("%s: %s"):format(mood, problem))
      end
    end)
  end
end)

describe("the contract", function()
  it("has a declaration for every type it names", function()
    local plain <const> = {}
    for word in ("string boolean integer uint32 number timestamp object typed any"):gmatch "%a%w*" do
      plain[word] = true
    end
    local objects <const> = contract.objects
    for object, members in pairs(objects.declared) do
      for member, text in pairs(members) do
        local word <const> = types.word(text)
        local known <const> = plain[word] or objects.declared[word] or objects.enumerations[word]
        assert(known, ("%s.%s: %s"):format(object, member, text))
      end
    end
    for name, row in pairs(contract.operations.rows) do
      local body <const> = row.body and types.word(row.body) or "object"
      assert(plain[body] or objects.declared[body] or objects.scalars[body], name)
      assert(objects.declared[row.result], name)
    end
  end)
end)

describe("the comparison", function()
  local cases <const> = {
    ["a missing row"] = function(rows)
      rows.get_job = nil
      return { "get_job: not in the contract" }
    end,
    ["a row too many"] = function(rows)
      rows.pause = { method = "POST", path = "/{service}/jobs/{jobId}/pause", result = "GenericResponse" }
      return { "pause: not in the core" }
    end,
    ["another method"] = function(rows)
      rows.delete.method = "POST"
      return { "delete method: POST in the contract, DELETE in the core" }
    end,
    ["another path"] = function(rows)
      rows.info.path = "/info"
      return { "info path: /info in the contract, /{service}/info in the core" }
    end,
    ["another body"] = function(rows)
      rows.set_name.body = "NewJob!"
      return { "set_name body: NewJob in the contract, JobName in the core" }
    end,
    ["a body that should not be"] = function(rows)
      rows.run.body = nil
      return { "run body: nil in the contract, RunRequest in the core" }
    end,
    ["another result"] = function(rows)
      rows.run.result = "JobResponse"
      return { "run result: JobResponse in the contract, GenericResponse in the core" }
    end,
    ["what is not to be repeated"] = function(rows)
      rows.logs.once = true
      return { "logs repeatable: false in the contract, true in the core" }
    end,
    ["what needs no token"] = function(rows)
      rows.sign_out.open = true
      return { "sign_out authorized: false in the contract, true in the core" }
    end,
    ["a member of a query too many"] = function(rows)
      rows.list_templates.query = { ["pagination.limit"] = "uint32" }
      return { "list_templates query pagination.offset: not in the contract" }
    end,
    ["a missing member of a query"] = function(rows)
      rows.get_job.query = { fields = "string" }
      return { "get_job query fields: not in the core" }
    end,
    ["another type in a query"] = function(rows)
      rows.list_jobs.query = { ["pagination.limit"] = "uint32", ["pagination.offset"] = "uint32", orderBy = "integer" }
      return { "list_jobs query orderBy: integer in the contract, string in the core" }
    end,
    ["a missing object"] = function(_, objects)
      objects.declared.Regions = nil
      return { "Regions: not in the contract" }
    end,
    ["an object too many"] = function(_, objects)
      objects.declared.Preset = { id = "string?" }
      return { "Preset: not in the core" }
    end,
    ["a missing member"] = function(_, objects)
      objects.declared.Job.deadline = "timestamp?"
      return { "Job number of members: 26 in the contract, 25 in the core", "Job.deadline: not in the core" }
    end,
    ["a member too many"] = function(_, objects)
      objects.declared.File.size = nil
      return { "File number of members: 3 in the contract, 4 in the core", "File.size: not in the contract" }
    end,
    ["another type"] = function(_, objects)
      objects.declared.Job.duration = "integer?"
      return { "Job.duration: integer in the contract, number in the core" }
    end,
    ["another type of items"] = function(_, objects)
      objects.declared.JobPage.data = "[JobTemplate]?"
      return { "JobPage.data: JobTemplate[] in the contract, Job[] in the core" }
    end,
    ["what must be there"] = function(_, objects)
      objects.declared.NewJob.name = "string!"
      return { "NewJob.name required: true in the contract, false in the core" }
    end,
  }
  for _, name in ipairs(types.names(cases)) do
    it("notices " .. name, function()
      local wanted
      local found <const> = differences_after(function(...)
        wanted = cases[name](...)
      end)
      assert.same(wanted, found)
    end)
  end
end)
