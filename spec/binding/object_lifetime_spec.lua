local bytenite <const> = require "bytenite"
local compile <const> = require "spec.support.compile"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

local function descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do
    count = count + 1
  end
  return count
end

describe("a client's life", function()
  local plain, tls, programs, process

  setup(function()
    plain, tls = sandbox.plain(), sandbox.tls()
    programs = compile.folder()
    process = programs:module "process"()
  end)

  teardown(function()
    programs:__close()
  end)

  before_each(function()
    for _, service in ipairs { plain, tls } do
      service:reset()
      service:put_job(ID, ('{"id":"%s","name":"Some job","state":"JOB_STATE_NEW"}'):format(ID))
    end
  end)

  local function new(service)
    return bytenite.new { base_url = service.base_url, api_key = service.api_key, ca_file = service.ca_file }
  end

  local function connections_seen(service)
    local seen <const>, count = {}, 0
    for _, request in ipairs(service:requests()) do
      if not seen[request.connection] then count = count + 1 end
      seen[request.connection] = true
    end
    return count
  end

  it("leaves no descriptor open after close", function()
    for _, service in ipairs { plain, tls } do
      new(service):close() -- what libraries keep after a first client is not a leak
      collectgarbage()
      local before <const> = descriptors()
      local client <const> = new(service)
      assert(client:get_job(ID))
      assert.is_true(descriptors() > before)
      client:close()
      client:close()
      assert.equal(before, descriptors())
    end
  end)

  it("leaves no descriptor open when it is collected with its jobs", function()
    collectgarbage()
    local before <const> = descriptors()
    do
      local job <const> = assert(new(plain):get_job(ID))
      collectgarbage()
      assert(job:refresh()) -- a job keeps its client
    end
    collectgarbage()
    collectgarbage()
    assert.equal(before, descriptors())
  end)

  local function run_over(service, version)
    local client <close> = bytenite.new {
      base_url = service.base_url,
      api_key = service.api_key,
      ca_file = service.ca_file,
      http_version = version,
    }
    local job <const> = assert(client:get_job(ID))
    for i = 1, 5 do
      assert(job:set_name("Name " .. i))
    end
  end

  it("keeps one connection for all its calls over HTTP/1.1, and over HTTP/2 with TLS", function()
    run_over(plain, "1.1")
    assert.equal(1, connections_seen(plain))
    for count, version in ipairs { "1.1", "2" } do
      run_over(tls, version)
      assert.equal(count, connections_seen(tls))
    end
  end)

  it("works over HTTP/2 without TLS, where libcurl before 8.0 cannot use a connection twice", function()
    run_over(plain, "2")
    for _, request in ipairs(plain:requests()) do
      assert.equal("2", request.http_version)
    end
  end)

  it("opens a fresh connection for a once-only call, which libcurl would repeat by itself on a kept one", function()
    local client <close> = new(plain)
    assert(client:get_job(ID))
    assert(client:create_job { templateId = "some-template", name = "New job" })
    assert.equal(2, connections_seen(plain))
  end)

  it("makes calls fail with closed in a forked child, and stays usable in the parent", function()
    for _, service in ipairs { plain, tls } do
      local client <close> = new(service)
      local job <const> = assert(client:get_job(ID))
      local garbage = assert(new(service):get_job(ID)) -- a client that the child's collector frees
      local status <const> = process.fork(function()
        local _ <const>, problem <const> = job:refresh()
        assert(problem.kind == "closed", problem.kind)
        assert(problem.hint:find "in each process")
        client:close()
        garbage = nil
        collectgarbage()
        collectgarbage()
      end)
      assert(garbage:refresh())
      assert.equal(0, status)
      assert(job:refresh())
      assert.equal(2, connections_seen(service)) -- one each: none was broken and reopened
    end
  end)

  it("ends pending futures with closed in a forked child, and completes them in the parent", function()
    for _, service in ipairs { plain, tls } do
      service:fault { operation = "set_name", delay = 0.2, act = "before" }
      local client <close> = new(service)
      local future <const> = client:async(function()
        return client:job(ID):set_name "Some name"
      end)
      assert.equal("timeout", select(2, future:get(0.05)).kind)
      local status <const> = process.fork(function()
        local _ <const>, problem <const> = future:get()
        assert(problem.kind == "closed", problem.kind)
        client:async(client.get_job, client, ID):cancel()
        client:close()
        collectgarbage()
      end)
      assert.equal(0, status)
      assert.equal("Some name", future:get(5).name)
    end
  end)

  it("has nothing pending in a forked child, whatever the parent waits for", function()
    plain:fault { operation = "get_job", delay = 0.1 }
    local client <close> = new(plain)
    local future <const> = client:async(client.get_job, client, ID)
    repeat
      client:step(0.05)
    until #plain:requests() == 2 -- the token and the job
    local status <const> = process.fork(function()
      assert(client:step(1) == false) -- so that a program that drives the client while it is busy ends
      assert(future:done())
    end)
    assert.equal(0, status)
    assert.is_false(future:done())
    assert.equal(ID, assert(future:get()).id)
  end)

  it("does not keep a forked child from having a client of its own", function()
    local status <const> = process.fork(function()
      local own <close> = new(plain)
      assert(own:get_job(ID))
    end)
    assert.equal(0, status)
  end)

  it("runs in several states and threads of one process", function()
    local script <const> = os.tmpname()
    local file <const> = assert(io.open(script, "w"))
    file:write [[
      local base_url, api_key, id = ...
      package.path, package.cpath = os.getenv "TREE_PATH", os.getenv "TREE_CPATH"
      local bytenite = require "bytenite"
      local client <close> = bytenite.new { base_url = base_url, api_key = api_key }
      for _ = 1, 20 do assert(client:job(id):refresh()) end
    ]]
    file:close()
    local command <const> = ("TREE_PATH='%s' TREE_CPATH='%s' %s 8 %s %s %s %s"):format(
      package.path,
      package.cpath,
      programs:program "threads",
      script,
      plain.base_url,
      plain.api_key,
      ID
    )
    local ok <const>, _ <const>, failed <const> = os.execute(command)
    os.remove(script)
    assert.is_true(ok, ("%s states failed"):format(failed))
    assert.equal(8 * 20 + 8, #plain:requests())
  end)

  it("ends a waiting call within a quarter of a second after Ctrl-C #timing", function()
    plain:fault { operation = "get_job", hang = true }
    local script <const>, started <const> = os.tmpname(), os.tmpname()
    local file <const> = assert(io.open(script, "w"))
    file:write(([[
      local bytenite = require "bytenite"
      local client = bytenite.new { base_url = %q, api_key = %q }
      assert(client:sign_out())
      local file = io.open(%q, "w") file:write "waiting" file:close()
      client:get_job(%q)
    ]]):format(plain.base_url, plain.api_key, started, ID))
    file:close()
    local input <const> = assert(
      io.popen(
        ("LUA_PATH='%s' LUA_CPATH='%s' sh -c 'echo $$ >%s.pid; exec lua5.4 %s' 2>%s.error"):format(
          package.path,
          package.cpath,
          script,
          script,
          script
        ),
        "w"
      )
    )
    local give_up_at <const> = cqueues.monotime() + 20
    while #plain:requests() < 2 do
      assert(cqueues.monotime() < give_up_at, "the child never called")
      cqueues.sleep(0.01)
    end
    cqueues.sleep(0.05)
    local pid <const> = assert(io.open(script .. ".pid")):read "l"
    local before <const> = cqueues.monotime()
    os.execute("kill -INT " .. pid)
    input:close()
    local took <const> = cqueues.monotime() - before
    local message <const> = assert(io.open(script .. ".error")):read "a"
    for _, name in ipairs { script, script .. ".pid", script .. ".error", started } do
      os.remove(name)
    end
    assert.matches("interrupted!", message)
    assert.is_true(took < 0.25, ("it took %.3f s"):format(took))
  end)
end)

describe("an exchange that was freed", function()
  local session

  before_each(function()
    session = core.session { base_url = "http://127.0.0.1:1/v1", service = "customer", max_connections = 3 }
  end)

  after_each(function()
    session:close()
  end)

  local function exchange()
    return session:raw_exchange("POST", "http://127.0.0.1:1/" .. ("x"):rep(5000), "body", {})
  end

  it("is refused by every method", function()
    local freed <const> = exchange()
    freed:free()
    assert.equal("/", freed:path())
    assert.is_nil(freed:request_body())
    for _, method in ipairs { "start", "outcome", "value", "job", "body", "headers", "token", "stream" } do
      local ok <const>, message <const> = pcall(freed[method], freed, {}, "t", 1, 1, 1000, false)
      assert.is_false(ok, method)
      assert.matches("freed", message)
    end
  end)

  it("is reused only once even if it was freed twice", function()
    local freed <const> = exchange()
    freed:free()
    freed:free()
    local first <const>, second <const> = exchange(), exchange()
    assert.is_false(rawequal(first, second))
  end)
end)
