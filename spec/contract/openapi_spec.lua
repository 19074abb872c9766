-- The OpenAPI document that `make contract` serves is well-formed and agrees with the contract.
local bytenite <const> = require "bytenite"
local cjson <const> = require("cjson").new()
local contract <const> = require "spec.contract.init"
local openapi <const> = require "spec.contract.openapi"
local types <const> = require "spec.contract.types"

local METHODS <const> = { get = true, post = true, patch = true, delete = true }

describe("the OpenAPI document", function()
  local document, schemas

  setup(function()
    document = cjson.decode(bytenite.encode(openapi.document()))
    schemas = document.components.schemas
  end)

  -- Calls `look` with every reference in the document.
  local function each_reference(value, look)
    for key, member in pairs(value) do
      if key == "$ref" then
        look(member)
      elseif type(member) == "table" then
        each_reference(member, look)
      end
    end
  end

  it("has every call of the contract once, and no other", function()
    local found <const> = {}
    for path, item in pairs(document.paths) do
      for method, operation in pairs(item) do
        assert.is_true(METHODS[method])
        assert.is_nil(found[operation.operationId])
        found[operation.operationId] = method:upper() .. " " .. path
      end
    end
    local wanted <const> = {}
    for name, row in pairs(contract.operations.rows) do
      wanted[name] = ("%s /v1%s"):format(row.method, row.path:gsub("{service}", "customer"))
    end
    assert.same(wanted, found)
  end)

  it("puts another service into the paths", function()
    assert.is_table(openapi.document("computing").paths["/v1/computing/jobs"])
  end)

  it("declares the path, the query and the responses of every call", function()
    for path, item in pairs(document.paths) do
      for _, operation in pairs(item) do
        local row <const> = contract.operations.rows[operation.operationId]
        local names <const> = {}
        for _, parameter in ipairs(operation.parameters) do
          names[#names + 1] = parameter["in"] .. " " .. parameter.name
        end
        local wanted <const> = { path:find("{jobId}", 1, true) and "path jobId" or nil }
        for _, name in ipairs(types.names(row.query or {})) do
          wanted[#wanted + 1] = "query " .. name
        end
        assert.same(wanted, names)
        assert.equal(#contract.operations.statuses, #types.names(operation.responses))
        assert.equal(row.body ~= nil, operation.requestBody ~= nil)
        assert.equal(row.open, operation.security and #operation.security == 0 or nil)
      end
    end
  end)

  it("requires a body where the contract does", function()
    local jobs <const> = document.paths["/v1/customer/jobs"]
    assert.is_true(jobs.post.requestBody.required)
    assert.is_false(document.paths["/v1/customer/jobs/{jobId}/run"].post.requestBody.required)
  end)

  it("has every member of every object, for requests and responses", function()
    for name, members in pairs(contract.objects.declared) do
      for _, prefix in ipairs { "", "Sent" } do
        local schema <const> = schemas[prefix .. name]
        assert.same(types.names(members), types.names(schema.properties))
        for _, required in ipairs(schema.required) do
          assert.equal("!", members[required]:sub(-1))
        end
      end
    end
    assert.same({ "templateId" }, schemas.SentNewJob.required)
  end)

  it("refers only to existing schemas", function()
    local count = 0
    each_reference(document, function(reference)
      count = count + 1
      assert.is_table(schemas[reference:match "^#/components/schemas/(%w+)$"], reference)
    end)
    assert.is_true(count > 100)
  end)

  it("accepts null where the contract does, and nowhere else", function()
    local new_job <const> = schemas.SentNewJob.properties
    assert.equal("string", new_job.name.type)
    assert.equal("#/components/schemas/SentJobConfig", new_job.config["$ref"])
    local job <const> = schemas.Job.properties
    assert.same({ "string", "null" }, job.name.type)
    assert.same({ { ["$ref"] = "#/components/schemas/JobConfig" }, { type = "null" } }, job.config.anyOf)
    assert.same({ "integer", "string", "null" }, job.numChunks.type)
  end)
end)

describe("Prism's version", function()
  it("is pinned", function()
    local file <close> = assert(io.open "spec/contract/package.json")
    local package <const> = cjson.decode(file:read "a")
    assert.same({ "@stoplight/prism-cli" }, types.names(package.dependencies))
    assert.matches("^%d+%.%d+%.%d+$", package.dependencies["@stoplight/prism-cli"])
  end)
end)
