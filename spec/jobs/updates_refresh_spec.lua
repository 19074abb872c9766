-- What an update does to the job's table.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("an update that succeeds", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    service:put_job(ID, updates.full_job(ID))
  end)

  local function response(name, body)
    service:fault { operation = name, body = body }
  end

  for _, update in ipairs(updates.all) do
    describe("by " .. update.name, function()
      it("returns the job itself, refreshed", function()
        local job <const> = client:job(ID)
        local returned <const>, problem <const> = update.call(job)
        assert.is_true(rawequal(job, returned))
        assert.is_nil(problem)
        assert.equal("app-1", job.appId)
      end)

      it("removes the members that the service dropped and those that the program added", function()
        local job <const> = assert(client:get_job(ID))
        job.mine, job[1], job[true] = "my own", "a list item", "odd"
        response(update.name, ('{"job":{"id":"%s","state":"JOB_STATE_NEW"}}'):format(ID))
        assert(update.call(job))
        assert.is_nil(deep.difference({ id = ID, state = "JOB_STATE_NEW" }, job))
      end)

      it("replaces nested tables without changing them", function()
        local job <const> = assert(client:get_job(ID))
        local config <const>, params <const>, labels <const> = job.config, job.params, job.labels
        local changes <const> = { deep.snapshot(config), deep.snapshot(params), deep.snapshot(labels) }
        assert(update.call(job))
        for _, change in ipairs(changes) do
          assert.is_nil(change())
        end
        assert.is_false(rawequal(config, job.config))
        assert.is_false(rawequal(params, job.params))
        assert.is_false(rawequal(labels, job.labels))
      end)

      it("keeps the id if the response has none", function()
        for _, id in ipairs { "", '"id":null,', '"id":"",' } do
          local job <const> = client:job(ID)
          response(update.name, ('{"job":{%s"name":"New name"}}'):format(id))
          assert(update.call(job))
          assert.is_nil(deep.difference({ id = ID, name = "New name" }, job))
        end
      end)
    end)
  end

  it("can be chained", function()
    local job <const> = client:job(ID)
    local chained <const> = job:set_name("My Job"):set_configs({ taskTimeout = 5 }):set_params { app = { n = 1 } }
    assert.is_true(rawequal(job, chained))
    assert.equal("My Job", job.name)
    assert.equal(5, job.config.taskTimeout)
    assert.equal(1, job.params.app.n)
  end)

  it("works repeatedly on the same job", function()
    local job <const> = client:job(ID)
    for round = 1, 5 do
      assert(job:set_name("Round " .. round))
      assert.equal("Round " .. round, job.name)
      assert.equal(ID, job.id)
    end
  end)

  it("refreshes the table of a stored job", function()
    local saved <const> = { id = ID, name = "Stored", config = { taskTimeout = 1 } }
    local job <const> = client:job(saved)
    assert.is_true(rawequal(saved, job))
    assert(saved:set_name "My Job")
    assert.equal("My Job", saved.name)
    assert.equal(60, saved.config.taskTimeout)
  end)

  it("can send parts of the job back unchanged", function()
    local job <const> = assert(client:get_job(ID))
    local params <const> = job.params
    assert(job:set_params(params))
    assert.is_nil(deep.difference(params, job.params))
    assert(job:set_configs(job.config))
    assert.equal(600, job.config.jobTimeout)
  end)

  describe("with methods", function()
    it("called as functions", function()
      local job <const> = client:job(ID)
      assert.is_true(rawequal(job, bytenite.Job.set_name(job, "My Job")))
      assert.equal("My Job", job.name)
    end)

    for _, update in ipairs(updates.all) do
      it("even if there are members of the same names: " .. update.name, function()
        local members <const> = {}
        for _, name in ipairs { "set_name", "set_params", "set_configs", "set_datasource", "refresh", "is_final", "run" } do
          members[#members + 1] = ('"%s":{"called":"%s"}'):format(name, name)
        end
        for _, name in ipairs { "__index", "__name", "client", "logs", "delete", "job" } do
          members[#members + 1] = ('"%s":"a member"'):format(name)
        end
        service:put_job(ID, ('{"id":"%s","state":"JOB_STATE_NEW",%s}'):format(ID, table.concat(members, ",")))
        local job <const> = assert(client:get_job(ID))
        assert.equal("refresh", job.refresh.called)
        assert(update.call(job))
        assert.equal("set_name", job.set_name.called)
        assert.equal("a member", job.client)
        assert(bytenite.Job.refresh(job))
        assert.is_falsy(bytenite.Job.is_final(job))
        assert.is_truthy(tostring(job):find(ID, 1, true))
      end)
    end

    it("that are not among its members", function()
      local job <const> = assert(client:get_job(ID))
      for name, value in pairs(job) do
        assert.equal("string", type(name))
        assert.is_not.equal("function", type(value))
      end
      assert.is_nil(rawget(job, "set_name"))
      assert.is_nil(job.no_such_method)
    end)
  end)

  it("does not change another handle of the same job", function()
    local one <const>, other <const> = client:job(ID), client:job(ID)
    assert(one:set_name "My Job")
    assert.is_nil(deep.difference({ id = ID }, other))
  end)

  it("uses the last client that the job was passed to", function()
    local other <close> = connect.client(service, { service = "computing" })
    local job <const> = other:job(client:job(ID))
    assert(job:set_name "My Job")
    client:job(job)
    assert(job:set_name "My Job")
    local sent <const> = connect.sent(service)
    assert.is_truthy(sent[1].path:find("/computing/", 1, true))
    assert.is_truthy(sent[2].path:find("/customer/", 1, true))
  end)
end)
