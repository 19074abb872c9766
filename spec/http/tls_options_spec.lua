-- Options that replace the system's trusted authorities, and client certificates.
local certificate_authority <const> = require "spec.support.certificate_authority"
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
local command <const> = require "spec.support.command"
local compile <const> = require "spec.support.compile"
local cqueues <const> = require "cqueues"
local cqueues_loop <const> = require "bytenite.loop.cqueues"
local folder <const> = require "spec.support.folder"
local sandbox <const> = require "spec.support.sandbox"
local tls_server <const> = require "spec.support.tls_server"

-- Its pass phrase is "secret".
local ENCRYPTED_KEY <const> = [[
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjxIJcO3rsGvQICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEArszxI8R5tjG4xGNi+Ni3IEgZCJ
/SYtCLrZHSX5i+Og29xcC2E4qo30ikFVgL5lcCtiybHqHPFewjQqhbS0OlGIo2Rk
xpmCbJcBxT14UOyJXcDczeTbD9L6nUbXSoq9+BHIllFnzDbnjU4YnDbe73AGLNVL
mqmJrlPesjFjuDNiLOjiQVntUswRabFlqOsHyvA/7TBLFAAFPGmYb1QBBzXip9I=
-----END ENCRYPTED PRIVATE KEY-----
]]

local LIMIT <const> = 20 -- seconds until a loop that does not end fails the test

-- Runs a function in a coroutine of the controller, in which servers can run at the same time.
local function run(controller, body)
  local problem
  controller:wrap(function()
    local ok <const>, raised <const> = pcall(body)
    if not ok then problem = raised end
  end)
  local ok <const>, raised <const> = controller:loop(LIMIT)
  if problem then error(problem, 0) end
  assert(ok, raised)
  assert(controller:empty(), "the loop does not end")
end

describe("a client trusts", function()
  local base, controller, ours, server

  before_each(function()
    base = folder.new()
    controller = cqueues.new()
    ours = certificate_authority.new "ours"
    server = tls_server.start(controller, ours:context(), function()
      return '{"job":{"id":"j1"}}'
    end)
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  -- Fetches a job with these options; returns its id, or nil and the error.
  local function fetch(options)
    local job, problem
    options.base_url, options.access_token, options.max_retries = server.origin .. "/v1", "t", 0
    run(controller, function()
      local closing <close> = server -- luacheck: ignore closing
      local client <close> = bytenite.new(options)
      cqueues_loop.attach(client, controller)
      job, problem = client:get_job "j1"
    end)
    return job and job.id, problem
  end

  -- Writes authorities to a folder, under the names by which OpenSSL finds them. Returns its path.
  local function folder_of(...)
    for _, one in ipairs { ... } do
      base:write(one:hash_name(), one.pem)
    end
    return base.path
  end

  it("the authorities in ca_path", function()
    assert.equal("j1", fetch { ca_path = folder_of(certificate_authority.new "another", ours) })
  end)

  it("no authority that ca_path does not hold", function()
    local id <const>, problem <const> = fetch { ca_path = folder_of(certificate_authority.new "another") }
    assert.is_nil(id)
    assert.equal("tls", problem.kind)
    assert.same({}, server.shown)
  end)

  it("those in ca_file and ca_path if it is given both", function()
    local file <const> = base:write("another.pem", certificate_authority.new("another").pem)
    assert.equal("j1", fetch { ca_file = file, ca_path = folder_of(ours) })
  end)

  for name, make in pairs {
    ["is not there"] = function()
      return "/nowhere/certificates"
    end,
    ["holds none under such a name"] = function()
      base:write("ours.pem", ours.pem)
      return base.path
    end,
    ["is a file"] = function()
      return base:write("ours.pem", ours.pem)
    end,
  } do
    it(("no server, and says what to do, if ca_path %s"):format(name), function()
      local path <const> = make()
      local id <const>, problem <const> = fetch { ca_path = path }
      assert.is_nil(id)
      assert.same({ "tls", false, 1 }, { problem.kind, problem.retryable, problem.attempts })
      assert.matches("openssl rehash", problem.hint, 1, true)
      assert.same({}, server.shown)
    end)
  end
end)

describe("of the system's authorities a client", function()
  local FETCH <const> = [[
    local client <close> = require("bytenite").new { max_retries = 0, access_token = "t", %s }
    local _, problem = client:get_job "some-id"
    return { kind = problem.kind, status = problem.status, text = tostring(problem) }
  ]]
  local service, base, programs, library, environment

  setup(function()
    programs = compile.folder()
    library = programs:preload "system_certificates"
  end)

  teardown(function()
    getmetatable(programs).__close(programs)
  end)

  before_each(function()
    service = sandbox.tls()
    base = folder.new()
    environment = {
      BYTENITE_BASE_URL = service.base_url,
      SPEC_SYSTEM_CA = service.ca_file,
      LD_PRELOAD = library,
    }
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  local function fetch(options)
    return child.run(FETCH:format(options), environment)
  end

  it("trusts all if it is given none of its own", function()
    assert.equal(401, fetch("").status) -- any response means that the client trusts the server
  end)

  local function check_refused(result)
    assert.equal("tls", result.kind, result.text)
  end

  it("trusts none if it has a ca_file", function()
    local other <const> = base:write("other.pem", certificate_authority.new("other").pem)
    check_refused(fetch(("ca_file = %q"):format(other)))
    environment.SSL_CERT_FILE = other
    check_refused(fetch "")
  end)

  it("trusts none if it has a ca_path", function()
    local other <const> = certificate_authority.new "other"
    base:write(other:hash_name(), other.pem)
    check_refused(fetch(("ca_path = %q"):format(base.path)))
    environment.BYTENITE_CA_PATH = base.path
    check_refused(fetch "")
  end)

  it("trusts none if its ca_path is empty or missing", function()
    check_refused(fetch(("ca_path = %q"):format(base.path)))
    check_refused(fetch(("ca_path = %q"):format(base.path .. "/nowhere")))
  end)
end)

describe("to a server that asks for a certificate a client", function()
  local base, controller, ours, files

  before_each(function()
    base = folder.new()
    controller = cqueues.new()
    ours = certificate_authority.new "ours"
    local own <const> = ours:issue "the client"
    files = {
      ca_file = base:write("ca.pem", ours.pem),
      client_cert = base:write("client.pem", own.pem),
      client_key = base:write("client.key", own.key_pem),
      both = base:write("both.pem", own.pem .. own.key_pem),
    }
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  local function job_server(clients, is_optional)
    return tls_server.start(controller, ours:context(clients, is_optional), function()
      return '{"job":{"id":"j1"}}'
    end)
  end

  -- Makes a client with `options` and calls `make` with it. Returns the results of `make`.
  local function call(server, options, make)
    local value, problem
    options.ca_file, options.base_url, options.access_token = files.ca_file, server.origin .. "/v1", "t"
    options.max_retries = options.max_retries or 0
    run(controller, function()
      local closing <close> = server -- luacheck: ignore closing
      local client <close> = bytenite.new(options)
      cqueues_loop.attach(client, controller)
      value, problem = make(client)
    end)
    return value, problem
  end

  local function get_job(client)
    return client:get_job "j1"
  end

  it("shows client_cert", function()
    local server <const> = job_server(ours)
    local job <const> =
      assert(call(server, { client_cert = files.client_cert, client_key = files.client_key }, get_job))
    assert.equal("j1", job.id)
    assert.same({ "the client" }, server.shown)
  end)

  it("shows client_cert with the key in the same file", function()
    local server <const> = job_server(ours)
    assert(call(server, { client_cert = files.both }, get_job))
    assert.same({ "the client" }, server.shown)
  end)

  it("shows it in calls of client:request too", function()
    local server <const> = job_server(ours)
    assert(call(server, { client_cert = files.both }, function(client)
      return client:request { path = "/jobs" }
    end))
    assert.same({ "the client" }, server.shown)
  end)

  it("is refused without one, and says what is missing", function()
    local server <const> = job_server(ours)
    local value <const>, problem <const> = call(server, { max_retries = 2 }, get_job)
    assert.is_nil(value)
    assert.same({ "tls", 1, false }, { problem.kind, problem.attempts, problem.retryable })
    assert.matches("set client_cert", problem.hint, 1, true)
    assert.same({ 1, {} }, { server.refused, server.shown })
  end)

  it("is refused with one of another authority", function()
    local stranger <const> = certificate_authority.new("another"):issue "a stranger"
    local path <const> = base:write("stranger.pem", stranger.pem .. stranger.key_pem)
    local server <const> = job_server(ours)
    local value <const>, problem <const> = call(server, { client_cert = path, max_retries = 2 }, get_job)
    assert.is_nil(value)
    assert.same({ "tls", 1 }, { problem.kind, problem.attempts })
    assert.matches("does not accept client_cert", problem.hint, 1, true)
  end)

  for name, case in pairs {
    ["client_cert is not there"] = { client_cert = "/nowhere/client.pem", hint = "client_cert must be a file" },
    ["client_cert holds none"] = { client_cert = "LICENSE", hint = "client_cert must be a file" },
    ["client_key is not there"] = { client_key = "/nowhere/client.key", hint = "client_key must be a file" },
    ["client_key holds none"] = { client_key = "LICENSE", hint = "client_key must be a file" },
  } do
    it(("sends nothing, and says so, if %s"):format(name), function()
      local server <const> = job_server(ours)
      local value <const>, problem <const> = call(server, {
        client_cert = case.client_cert or files.client_cert,
        client_key = case.client_key or files.client_key,
        max_retries = 2,
      }, get_job)
      assert.is_nil(value)
      assert.same({ "tls", 1, false }, { problem.kind, problem.attempts, problem.retryable })
      assert.matches(case.hint, problem.hint, 1, true)
      assert.same({}, server.shown)
    end)
  end

  it("sends nothing, and says so, if the key has a pass phrase", function()
    local server <const> = job_server(ours)
    local value <const>, problem <const> =
      call(server, { client_cert = files.client_cert, client_key = base:write("key.pem", ENCRYPTED_KEY) }, get_job)
    assert.is_nil(value)
    assert.equal("tls", problem.kind)
    assert.matches("without a pass phrase", problem.hint, 1, true)
  end)

  it("does not ask for a pass phrase on the terminal", function()
    if not command.has_terminals() then return pending "this system has no pseudo-terminals" end
    local programs <close> = compile.folder()
    local ran <const> = command.in_terminal(programs:module "terminal"(), sandbox.tls(), { "list" }, {
      environment = {
        BYTENITE_CLIENT_CERT = files.client_cert,
        BYTENITE_CLIENT_KEY = base:write("key.pem", ENCRYPTED_KEY),
      },
      typed = { { after = "[Pp]ass ?phrase:", text = "secret\n" } },
    })
    assert.not_matches("PEM pass phrase:", ran.output, 1, true)
    assert.matches("client_key must be a file", ran.output, 1, true)
  end)

  it("does not show one to the host of a signed URL, not even between two calls", function()
    local storage <const> = tls_server.start(controller, ours:context(ours, true), function()
      return "content"
    end)
    local server <const> = tls_server.start(controller, ours:context(ours, true), function(target)
      if target:find("results", 1, true) then
        return ('{"results":[{"name":"a","link":"%s/a?signature=1"},{"name":"b","link":"%s/b?signature=1"}]}'):format(
          storage.origin,
          storage.origin
        )
      end
      return '{"job":{"id":"j1"}}'
    end)
    local files_of_job <const> = assert(call(server, { client_cert = files.both }, function(client)
      local closing <close> = storage -- luacheck: ignore closing
      local job <const> = client:job "j1"
      assert(job:refresh())
      local fetched <const>, problem <const> = job:download(base:at "out")
      if not fetched then return nil, problem end
      assert(job:refresh())
      return fetched
    end))
    assert.equal(2, #files_of_job)
    assert.same({ false, false }, storage.shown)
    assert.same({ "the client", "the client", "the client" }, server.shown)
  end)

  -- A client certificate only tells the host who connects, and this host knows that. The token and
  -- the headers would be readable by whatever serves the link.
  it("shows it to that server's own signed URLs, with neither the token nor headers", function()
    local server
    server = tls_server.start(controller, ours:context(ours), function(target)
      if not target:find("results", 1, true) then return "content" end
      return ('{"results":[{"name":"a","link":"%s/a?signature=1"}]}'):format(server.origin)
    end)
    local options <const> = { client_cert = files.both, headers = { ["X-Team"] = "blue" } }
    assert(call(server, options, function(client)
      return client:job("j1"):download(base:at "out")
    end))
    assert.same({ "the client", "the client" }, server.shown)
    for target, head in pairs(server.heads) do
      local is_signed <const> = target:find("^/a") ~= nil
      assert.equal(not is_signed, head:find("\nAuthorization: t", 1, true) ~= nil, head)
      assert.equal(not is_signed, head:find("\nX-Team: blue", 1, true) ~= nil, head)
    end
  end)
end)
