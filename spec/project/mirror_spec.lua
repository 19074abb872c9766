-- Every module has a spec: one with its name in the mirrored folder of spec/, or one that is listed
-- here.

local function lines_of(command)
  local lines <const> = {}
  local pipe <close> = assert(io.popen(command))
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  assert(#lines > 0, command)
  return lines
end

local function exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- By path or folder: the specs of modules without their own, because a subject spans several
-- modules.
local covered <const> = {
  ["lua/bytenite/init.lua"] = "spec/module/client_spec.lua",
  ["lua/bytenite/client.lua"] = "spec/module/client_spec.lua",
  ["lua/bytenite/client_methods.lua"] = "spec/module/client_calls_spec.lua",
  ["lua/bytenite/event_log.lua"] = "spec/command/request_spec.lua",
  ["lua/bytenite/datasource.lua"] = "spec/module/datasource_spec.lua",
  ["lua/bytenite/testing/"] = "spec/testing/init_spec.lua",
  ["lua/bytenite/async/await.lua"] = "spec/async/waiters_spec.lua",
  ["lua/bytenite/call/call_object.lua"] = "spec/call/state_machine_endings_spec.lua",
  ["lua/bytenite/call/exchanges.lua"] = "spec/call/state_machine_endings_spec.lua",
  ["lua/bytenite/call/init.lua"] = "spec/call/state_machine_spec.lua",
  ["lua/bytenite/streaming/body_stream.lua"] = "spec/call/state_machine_endings_spec.lua",
  ["lua/bytenite/command/"] = "spec/command/init_spec.lua",
  ["lua/bytenite/command/progress.lua"] = "spec/command/terminal_spec.lua",
  ["lua/bytenite/command/commands/"] = "spec/command/jobs_spec.lua",
  ["lua/bytenite/sandbox/"] = "spec/sandbox/init_spec.lua",
  ["lua/bytenite/sandbox/base/"] = "spec/sandbox/updates_spec.lua",
  ["lua/bytenite/sandbox/faults/"] = "spec/sandbox/faults_spec.lua",
  ["lua/bytenite/sandbox/http/"] = "spec/sandbox/init_spec.lua",
  ["lua/bytenite/sandbox/http/handlers/"] = "spec/sandbox/jobs_spec.lua",
  ["lua/bytenite/sandbox/model/"] = "spec/sandbox/jobs_spec.lua",
  ["lua/bytenite/sandbox/runner/"] = "spec/sandbox/runner/jobs_spec.lua",
  ["src/api/"] = "spec/api/operations_spec.lua",
  ["src/binding/"] = "spec/binding/object_lifetime_spec.lua",
  ["src/redact/"] = "spec/errors/redact_spec.lua",
  ["src/http/poller_epoll.c"] = "spec/host/http/poller.c",
  ["src/http/poller_kqueue.c"] = "spec/http/pollers_spec.lua",
  ["src/http/poller_none.c"] = "spec/http/pollers_spec.lua",
  ["src/http/tls_options.c"] = "spec/http/tls_options_spec.lua",
  ["src/http/tls_unread.c"] = "spec/faults/connections_spec.lua",
}

local function own_spec(path)
  local name <const> = path:match "^lua/bytenite/(.*)%.lua$"
  if name then return ("spec/%s_spec.lua"):format(name) end
  return (path:gsub("^src/", "spec/host/"))
end

local function spec_of(path)
  local own <const> = own_spec(path)
  if exists(own) then return own end
  local other <const> = covered[path] or covered[path:match "^(.*/)"]
  return other and exists(other) and other or nil
end

describe("the specs", function()
  it("cover every module", function()
    local without <const> = {}
    for _, path in ipairs(lines_of "find lua/bytenite src -name '*.lua' -o -name '*.c'") do
      if not spec_of(path) then without[#without + 1] = ("%s: no %s"):format(path, own_spec(path)) end
    end
    assert.same({}, without)
  end)

  it("are listed here only if a module has no spec of its own", function()
    local stale <const> = {}
    for path, spec in pairs(covered) do
      if exists(path) and not exists(spec) then stale[#stale + 1] = spec end
      if not path:find "/$" and exists(path) and exists(own_spec(path)) then stale[#stale + 1] = path end
    end
    table.sort(stale)
    assert.same({}, stale)
  end)

  it("of C units are run", function()
    local host <const> = read "spec/host/host.c"
    for _, path in ipairs(lines_of "find spec/host/*/ -name '*.c'") do
      local unit <const> = read(path):match "UNIT%((%w+)"
      assert.is_truthy(unit and host:find("&" .. unit, 1, true), path)
    end
  end)

  it("of faults run every row", function()
    local specs <const> = {}
    for _, path in ipairs(lines_of "find spec/faults -name '*_spec.lua'") do
      specs[#specs + 1] = read(path)
    end
    local all <const> = table.concat(specs)
    for _, path in ipairs(lines_of "find spec/faults -name 'rows_*.lua'") do
      local name <const> = path:match "rows_([%w_]+)%.lua$"
      local _, count <const> = all:gsub(('"%s"'):format(name), "")
      assert.equal(1, count, name)
    end
  end)
end)
