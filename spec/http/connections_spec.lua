-- How many connections a client opens, and which calls share them.
local client_module <const> = require "bytenite.client"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local relay <const> = require "spec.support.relay"
local sandbox <const> = require "spec.support.sandbox"
local socket <const> = require "cqueues.socket"
local sockets <const> = require "spec.support.sockets"

local ID <const> = connect.JOB_ID
local LARGE <const> = { app = { text = ("y"):rep(61000) } } -- too large for HTTP/2
local NEW_JOB <const> = { templateId = "img-gen-template", name = "Nightly batch" }
local SOON <const> = 2 -- seconds: far longer than the limits below, far shorter than a call that ignores them

-- Counts the connections that carried requests, by version of HTTP.
local function connections(service)
  local seen <const>, counts <const> = {}, { ["1.1"] = 0, ["2"] = 0 }
  for _, request in ipairs(service:requests()) do
    if not seen[request.connection] then counts[request.http_version] = counts[request.http_version] + 1 end
    seen[request.connection] = true
  end
  return counts
end

-- API calls as functions of a client.
local function get(client)
  return client:get_job(ID)
end

local function create(client)
  return client:create_job(NEW_JOB)
end

local function set_large(client)
  return client:job(ID):set_params(LARGE)
end

local function map(client, count, call, concurrency)
  local items <const> = {}
  for i = 1, count do
    items[i] = client
  end
  local results <const> = client:map(items, call, { concurrency = concurrency or count })
  for _, result in ipairs(results) do
    assert(result.ok, result.error)
  end
end

local function async(client, count, call)
  local futures <const> = {}
  for i = 1, count do
    futures[i] = client:async(call, client)
  end
  assert.equal(count, client:wait_all(futures).succeeded)
end

local function token_of(service)
  local helper <close> = connect.client(service)
  assert(get(helper))
  return helper.credentials.current()
end

describe("over HTTP/2 with TLS, a client", function()
  local tls

  before_each(function()
    tls = connect.prepare(sandbox.tls())
  end)

  it(
    "shares one connection among all calls at once: of map, async and plain ones, once-only ones too #timing",
    function()
      local client <close> = connect.client(tls)
      assert(get(client))
      local before <const> = sockets.count()
      tls:fault { operation = "get_job", delay = 0.1, times = 50 }
      local began <const> = core.now()
      map(client, 50, get)
      assert.is_true(core.now() - began < SOON) -- one after another they would take 5 s
      async(client, 50, get)
      async(client, 50, create)
      map(client, 50, create)
      assert(get(client))
      assert(create(client))
      assert.same({ ["1.1"] = 0, ["2"] = 1 }, connections(tls))
      assert.equal(before, sockets.count())
    end
  )

  for name, call in pairs { get = get, create = create, ["a large set_params"] = set_large } do
    it("shares one connection from the first burst on, with a current token, if the first call is " .. name, function()
      local client <close> = connect.client(tls, { access_token = token_of(tls) })
      connect.prepare(tls)
      local futures <const> = { client:async(call, client) }
      for i = 1, 10 do
        futures[2 * i] = client:async(get, client)
        futures[2 * i + 1] = client:async(create, client)
      end
      assert.equal(21, client:wait_all(futures).succeeded)
      assert.equal(1, connections(tls)["2"])
    end)
  end

  it("shares one connection when its first call had a large body", function()
    local client <close> = connect.client(tls, { access_token = token_of(tls) })
    connect.prepare(tls)
    assert(set_large(client))
    map(client, 20, get)
    map(client, 20, create)
    assert.same({ ["1.1"] = 1, ["2"] = 1 }, connections(tls))
  end)

  it("opens no more than max_connections, whatever the sizes of its bodies", function()
    local client <close> = connect.client(tls, { max_connections = 1 })
    assert(get(client))
    local with_one <const> = sockets.count() -- includes sockets that libcurl opens for itself
    for _, call in ipairs { set_large, get, set_large } do
      assert(call(client))
      assert.equal(with_one, sockets.count())
    end
  end)

  it("sends large bodies over HTTP/1.1 connections of their own, which are kept", function()
    local client <close> = connect.client(tls)
    assert(get(client))
    map(client, 3, set_large)
    map(client, 20, create)
    map(client, 6, set_large, 3)
    assert(set_large(client))
    map(client, 20, get)
    assert(create(client))
    local counts <const> = connections(tls)
    assert.is_true(counts["1.1"] <= 3)
    assert.equal(1, counts["2"])
    for _, request in ipairs(tls:requests()) do
      assert.equal(request.operation == "set_params" and "1.1" or "2", request.http_version)
    end
  end)

  it("never has more than max_connections calls in flight", function()
    tls:fault { operation = "get_job", delay = 0.05, times = "forever" }
    local client <close> = connect.client(tls, { max_connections = 5, access_token = token_of(tls) })
    local began <const> = core.now()
    map(client, 20, get)
    assert.is_true(core.now() - began >= 0.2) -- four rounds of five calls
  end)

  it("opens one new connection when all concurrent calls have lost theirs", function()
    local clock <const> = { now = core.now }
    function clock.random()
      return 0.02 -- a retry comes after 10 ms
    end
    function clock.step(session, seconds)
      return session:step(seconds)
    end
    local client <close> =
      client_module.new({ base_url = tls.base_url, api_key = tls.api_key, ca_file = tls.ca_file }, clock)
    assert(get(client))
    tls:fault {
      { operation = "get_job", delay = 0.5, reset = "connection" }, -- by then all 20 requests have arrived
      { operation = "get_job", delay = 5, times = 19 },
    }
    map(client, 20, get)
    assert.equal(41, #connect.sent(tls))
    assert.same({ ["1.1"] = 0, ["2"] = 2 }, connections(tls))
  end)

  it("never repeats a once-only call on its own, even if the connection is reset under it", function()
    local between <close> = relay.new(tls.base_url:match ":(%d+)/")
    local client <close> = connect.client(tls, {
      base_url = ("https://127.0.0.1:%d/v1"):format(between.port),
      max_retries = 2,
    })
    local function finish(future)
      local give_up_at <const> = core.now() + SOON
      while not future:done() and core.now() < give_up_at do
        between:step()
        client:step(0.005)
      end
      return future:get(0.001)
    end
    assert(finish(client:async(get, client)))
    tls:fault { operation = "create_job", delay = 0.3, act = "before", times = "forever" }
    local future <const> = client:async(create, client)
    local reset_at <const> = core.now() + 0.1
    while core.now() < reset_at do
      between:step()
      client:step(0.005)
    end
    assert.equal(2, #connect.sent(tls))
    between:reset()
    local job <const>, problem <const> = finish(future)
    assert.equal(2, #connect.sent(tls))
    assert.is_nil(job)
    assert.same({ "connection", true, 1 }, { problem.kind, problem.maybe_done, problem.attempts })
  end)

  it("ends calls in time while the connection's handshake gets no response #timing", function()
    local ca_file <const> = os.tmpname() -- the file must outlive the sandbox
    local own <close> = sandbox.start("--tls --ca-file " .. ca_file)
    connect.prepare(own)
    local client <close> = connect.client(own)
    assert(get(client))
    own:close()
    local silent <const> = socket.listen { host = "127.0.0.1", port = own.base_url:match ":(%d+)/", reuseaddr = true }
    silent:listen()
    local patient <const> = client:async(get, client)
    local impatient <const> = {}
    for i = 1, 3 do
      impatient[i] = client:async(client.get_job, client, ID, { timeout = 0.1 })
    end
    local began <const> = core.now()
    local outcomes <const> = client:wait_all(impatient, SOON)
    local took <const> = core.now() - began
    local is_patient <const> = not patient:done()
    patient:cancel()
    silent:close()
    os.remove(ca_file)
    assert.is_true(is_patient)
    assert.is_true(took < 1, ("it took %.3f s"):format(took))
    for i = 1, 3 do
      assert.equal("timeout", outcomes[i].error.kind)
    end
  end)
end)

for name, choose in pairs { ["plain"] = sandbox.plain, ["with TLS"] = sandbox.tls } do
  describe("over HTTP/1.1, " .. name .. ", a client", function()
    local service

    before_each(function()
      service = connect.prepare(choose())
    end)

    local function new(options)
      options.http_version = "1.1"
      return connect.client(service, options)
    end

    it("opens as many connections as there are concurrent calls, and keeps them for all kinds of calls", function()
      local client <close> = new { max_connections = 5 }
      assert(get(client)) -- over one connection
      local before <const> = sockets.count()
      service:fault { operation = "get_job", delay = 0.01, times = 20 }
      map(client, 10, get, 3)
      assert.same({ ["1.1"] = 3, ["2"] = 0 }, connections(service))
      map(client, 10, get)
      assert.same({ ["1.1"] = 5, ["2"] = 0 }, connections(service))
      map(client, 20, get)
      async(client, 20, get)
      map(client, 5, set_large)
      assert(get(client))
      assert.same({ ["1.1"] = 5, ["2"] = 0 }, connections(service))
      assert.equal(before + 4, sockets.count())
    end)

    it("sends once-only calls over fresh connections, within the bound", function()
      local client <close> = new { max_connections = 3 }
      assert(get(client)) -- over one connection
      local before <const> = sockets.count()
      map(client, 3, get)
      local open <const> = connections(service)["1.1"]
      map(client, 10, create)
      assert.equal(open + 10, connections(service)["1.1"])
      assert.is_true(sockets.count() <= before + 2)
      local first_use <const> = {}
      for _, request in ipairs(service:requests()) do
        if request.operation == "create_job" then assert.is_nil(first_use[request.connection]) end
        first_use[request.connection] = true
      end
    end)
  end)
end

describe("a call beyond max_connections", function()
  for name, options in pairs {
    ["HTTP/1.1"] = { service = sandbox.plain },
    ["HTTP/2"] = { service = sandbox.tls, version = "2" },
  } do
    local service, client

    local function begin(most)
      service = connect.prepare(options.service())
      client = connect.client(service, { max_connections = most, http_version = options.version })
      assert(get(client))
      return client
    end

    it("waits in order, " .. name, function()
      local own <close> = begin(1)
      local futures <const>, expected <const> = {}, {}
      for i = 1, 8 do
        local call_name <const> = "Name " .. i
        service:put_job("job" .. i, ('{"id":"job%d","state":"JOB_STATE_NEW"}'):format(i))
        futures[i] = own:async(own.job(own, "job" .. i).set_name, own:job("job" .. i), call_name)
        expected[i] = ('"%s"'):format(call_name)
      end
      assert.equal(8, own:wait_all(futures).succeeded)
      local bodies <const> = {}
      for _, request in ipairs(connect.sent(service)) do
        if request.operation == "set_name" then bodies[#bodies + 1] = request.body end
      end
      assert.same(expected, bodies)
    end)

    it("keeps its deadline while it waits, says for what, and leaves the queue, #timing " .. name, function()
      local own <close> = begin(2)
      service:fault { operation = "get_job", hang = true, times = 2 }
      local hanging <const> = { own:async(get, own), own:async(get, own) }
      local late <const> = own:async(own.get_job, own, ID, { deadline = 0.1 })
      local last <const> = own:async(get, own)
      local began <const> = core.now()
      local job <const>, problem <const> = late:get(SOON)
      local took <const> = core.now() - began
      assert.is_true(took >= 0.1 and took < 0.5)
      assert.is_nil(job)
      assert.same({ "timeout", 0 }, { problem.kind, problem.attempts })
      assert.matches("max_connections", problem.message, 1, true)
      assert.is_false(last:done())
      hanging[1]:cancel()
      assert.equal(ID, last:get(SOON).id)
      assert.is_false(hanging[2]:done())
      assert.equal(4, #connect.sent(service)) -- the late call was never sent
    end)

    it("has its time limit from when it is sent, " .. name, function()
      local own <close> = begin(1)
      service:fault { operation = "get_job", delay = 0.3 }
      local slow <const> = own:async(get, own)
      local future <const> = own:async(own.get_job, own, ID, { timeout = 0.2 })
      assert.equal(ID, assert(future:get()).id)
      assert.is_true(slow:done())
    end)
  end
end)

it("a server that restarts gets few new connections", function()
  local away <const> = sandbox.start "--api-key some-key"
  local port <const> = away.base_url:match ":(%d+)/"
  connect.prepare(away)
  local client <close> = connect.client(away, { max_connections = 5 })
  assert(get(client))
  local before <const> = sockets.count()
  map(client, 5, get)
  away:close()
  -- Each call closes at least the connection that libcurl chose for it.
  local results <const> = client:map({ client, client, client, client, client }, get)
  for _, result in ipairs(results) do
    assert.equal("connection", result.error.kind)
  end
  assert.is_true(sockets.count() <= before)
  local back <close> = sandbox.start("--api-key some-key --port " .. port)
  connect.prepare(back)
  back:fault { operation = "get_job", delay = 0.01, times = 20 }
  map(client, 20, get)
  map(client, 20, get)
  assert.same({ ["1.1"] = 5, ["2"] = 0 }, connections(back))
end)
