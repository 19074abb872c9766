-- The file of profiles: its path, its permissions, its contents.
local child <const> = require "spec.support.child"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local profiles <const> = require "bytenite.base.profiles"

local function contains(text, part)
  assert.is_truthy(text:find(part, 1, true), ("%q is not in: %s"):format(part, text))
end

-- A check for each member, which accepts anything.
local checks <const> = {}
for _, name in ipairs(profiles.members) do
  checks[name] = function(_, value)
    return value
  end
end

describe("the file of profiles", function()
  local getenv <const>, host_io <const>, host_os <const> = os.getenv, io, os
  local base, environment

  before_each(function()
    base = folder.new()
    environment = { XDG_CONFIG_HOME = base.path }
    os.getenv = function(name) -- luacheck: ignore 122
      return environment[name]
    end
  end)

  after_each(function()
    _G.io, _G.os = host_io, host_os
    os.getenv = getenv -- luacheck: ignore 122
    getmetatable(base).__close(base)
  end)

  -- Writes the file. Returns its path.
  local function write(text, mode)
    lfs.mkdir(base:at "bytenite")
    local path <const> = base:write("bytenite/config.json", text)
    assert(os.execute(("chmod %s '%s'"):format(mode or "600", path)))
    return path
  end

  local function find(name)
    return profiles.find(nil, name, checks)
  end

  -- Returns the message that a search raises, without its position.
  local function refusal(name)
    local ok <const>, message <const> = pcall(find, name)
    assert.is_false(ok)
    return (message:gsub("^[^:]*:%d+: ", ""))
  end

  describe("is", function()
    it("in the folder that XDG_CONFIG_HOME names", function()
      assert.equal(base.path .. "/bytenite/config.json", (profiles.path()))
    end)

    it("in ~/.config where that variable is missing, empty or a relative path", function()
      for _, value in ipairs { false, "", "etc", "./etc" } do
        environment = { XDG_CONFIG_HOME = value or nil, HOME = "/home/someone" }
        assert.equal("/home/someone/.config/bytenite/config.json", (profiles.path()))
      end
    end)

    it("nowhere without a home", function()
      environment = {}
      local path <const>, reason <const> = profiles.path()
      assert.is_nil(path)
      contains(reason, "neither XDG_CONFIG_HOME nor HOME is set")
      contains(refusal "work", 'new: profile "work": there is no file of profiles: neither')
    end)
  end)

  it("has profiles by name", function()
    local path <const> = write [[{"profiles": {
      "work": {"base_url": "https://work.example.org/v1", "api_key": "key-1", "ca_file": "/etc/ca.pem"},
      "home.2": {"api_key": "key-2"}
    }}]]
    local profile <const>, found_in <const> = find "work"
    assert.same({ base_url = "https://work.example.org/v1", api_key = "key-1", ca_file = "/etc/ca.pem" }, profile)
    assert.equal(path, found_in)
    assert.same({ api_key = "key-2" }, (find "home.2"))
  end)

  it("may be reached by a symbolic link", function()
    local elsewhere <close> = folder.new()
    local path <const> = elsewhere:write("profiles.json", '{"profiles":{"work":{"api_key":"key-1"}}}')
    assert(os.execute(("chmod 600 '%s'"):format(path)))
    assert(lfs.mkdir(base:at "bytenite"))
    assert(lfs.link(path, base:at "bytenite/config.json", true))
    assert.same({ api_key = "key-1" }, (find "work"))
    assert(os.execute(("chmod 640 '%s'"):format(path)))
    contains(refusal "work", "other users may read or change it")
  end)

  for _, mode in ipairs { "640", "604", "644", "620", "602", "610", "666" } do
    it(("is refused with mode %s, because others may use it"):format(mode), function()
      local path <const> = write('{"profiles":{"work":{"api_key":"key-1"}}}', mode)
      local message <const> = refusal "work"
      contains(message, ('new: profile "work": %s: other users may read or change it (mode 0%s)'):format(path, mode))
      contains(message, ("chmod 600 '%s'"):format(path))
      assert.is_nil(message:find("key-1", 1, true))
    end)
  end

  it("may be read-only", function()
    write('{"profiles":{"work":{"api_key":"key-1"}}}', "400")
    assert.same({ api_key = "key-1" }, (find "work"))
  end)

  it("is named if it is missing, with the command that makes it", function()
    local message <const> = refusal "work"
    contains(message, ('new: profile "work": %s/bytenite/config.json: '):format(base.path))
    contains(message, ": bytenite configure makes it")
    local all <const>, _, is_missing <const> = profiles.read((profiles.path()))
    assert.same({ nil, true }, { all, is_missing })
  end)

  it("is not read if it is a pipe, a folder, or too large", function()
    assert(lfs.mkdir(base:at "bytenite"))
    local path <const> = base:at "bytenite/config.json"
    assert(os.execute(("mkfifo -m 600 '%s'"):format(path)))
    contains(refusal "work", "no regular file")
    os.remove(path)
    assert(lfs.mkdir(path))
    contains(refusal "work", "no regular file")
    assert(lfs.rmdir(path))
    write(('{"profiles":{"work":{"api_key":"%s"}}}'):format(("k"):rep(1024 * 1024)))
    contains(refusal "work", "it is too large")
  end)

  for text, problem in pairs {
    [""] = ": not JSON: the text ends early",
    ["{"] = ": not JSON: the text ends early",
    ['{"profiles":{"work":{"api_key":"key-1",}}}'] = ": not JSON: expected",
    ['{"profiles":{"work":{"api_key":"1","api_key":"2"}}}'] = ": not JSON: a repeated member",
    ["[]"] = ": expected an object",
    ["null"] = ": expected an object",
    ['"work"'] = ": expected an object",
    ["{}"] = ": profiles: expected an object",
    ['{"profiles":[]}'] = ": profiles: expected an object",
    ['{"profiles":null}'] = ": profiles: expected an object",
    ['{"profile":{}}'] = ': unknown member "profile": it has one member, "profiles"',
    ['{"profiles":{"work":[]}}'] = ": profiles.work: expected an object, got a list",
    ['{"profiles":{"work":null}}'] = ": profiles.work: expected a table, got null",
    ['{"profiles":{"work":"key-1"}}'] = ": profiles.work: expected a table, got a string",
    ['{"profiles":{"work":{"apikey":"key-1"}}}'] = ': profiles.work: unknown member "apikey": did you mean "api_key"?',
    ['{"profiles":{"work":{"token":"key-1"}}}'] = ': profiles.work: unknown member "token": expected one of api_key, ',
    ['{"profiles":{"work":{"ca_file":"ca.pem"}}}'] = ": profiles.work.ca_file: expected an absolute path",
    ['{"profiles":{"work":{"client_key":"~/key.pem"}}}'] = ": profiles.work.client_key: expected an absolute path",
  } do
    it(("is refused with %s in it, by file and member"):format(text == "" and "nothing" or text), function()
      local path <const> = write(text)
      local message <const> = refusal "work"
      contains(message, ('new: profile "work": %s%s'):format(path, problem))
      assert.is_nil(message:find("key-1", 1, true))
    end)
  end

  for text, advice in pairs {
    ['{"profiles":{"wrok":{}}}'] = 'did you mean "wrok"?',
    ['{"profiles":{"b":{},"a":{}}}'] = "it has: a, b",
    ['{"profiles":{}}'] = "it has no profiles",
  } do
    it(("is refused if %s lacks the profile, and the message lists what it has"):format(text), function()
      local path <const> = write(text)
      assert.equal(('new: no profile "work" in %s; %s'):format(path, advice), refusal "work")
    end)
  end

  it("is checked for one profile only: mistakes in another do no harm", function()
    write '{"profiles":{"work":{"api_key":"key-1"},"other":{"apikey":7}}}'
    assert.same({ api_key = "key-1" }, (find "work"))
  end)

  it("is not read in a Lua state without the libraries for it, and the message says so", function()
    write '{"profiles":{"work":{}}}'
    _G.io = nil -- luacheck: ignore 121
    local without_io <const> = refusal "work"
    _G.io = host_io -- luacheck: ignore 121
    contains(without_io, "this Lua state has no io.open to read it with")
    _G.os = nil -- luacheck: ignore 121
    local without_os <const> = refusal "work"
    _G.os = host_os -- luacheck: ignore 121
    contains(without_os, "this Lua state has no os.getenv to find the file of profiles with")
  end)

  it("raises a clear error in a program that has removed them; clients without a profile work", function()
    write '{"profiles":{"work":{}}}'
    for _, program in ipairs {
      "io, os, debug = nil local b = require 'bytenite'",
      "local b = require 'bytenite' io, os, package, debug, require = nil",
    } do
      local response <const> = child.run(
        program
          .. [[ local client = b.new {} client:close()
                local ok, message = pcall(b.new, { profile = "work" }) return { ok, message }]],
        { XDG_CONFIG_HOME = base.path }
      )
      assert.is_false(response[1])
      contains(response[2], 'new: profile "work": this Lua state has no os.getenv to find the file of profiles with')
    end
  end)

  it("has names that are safe in shells and messages", function()
    for _, name in ipairs { "work", "Work_2", "a.b-c", "2026" } do
      assert.equal(name, profiles.check_name("new: profile", name))
    end
    for _, name in ipairs { "", " ", "a b", "-a", ".", "..", "a/b", 'a"b', "a\n", "\27[2J", "größe" } do
      assert.is_false((pcall(profiles.check_name, "new: profile", name)), name)
    end
    assert.error_matches(function()
      profiles.check_name("new: profile", 7)
    end, "new: profile: expected a string, got a number")
  end)
end)

describe("the origin of an address", function()
  for url, origin in pairs {
    ["https://api.example.org/v1"] = "https://api.example.org",
    ["HTTPS://API.Example.org"] = "https://api.example.org",
    ["https://api.example.org:443/v1"] = "https://api.example.org",
    ["https://api.example.org:8443/v1"] = "https://api.example.org:8443",
    ["http://localhost:80/v1"] = "http://localhost",
    ["http://localhost:443"] = "http://localhost:443",
    ["https://[::1]:443/v1"] = "https://[::1]",
    ["https://[fe80::443]/v1"] = "https://[fe80::443]",
  } do
    it(("of %s is %s"):format(url, origin), function()
      assert.equal(origin, profiles.origin(url))
    end)
  end
end)
