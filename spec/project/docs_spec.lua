-- docs/api.lua describes the module: everything in it is documented, and nothing else is; the files
-- generated from it are up to date. Errors and events are in docs_errors_spec.lua.
local api <const> = require "docs.api"
local bytenite <const> = require "bytenite"
local client_methods <const> = require "bytenite.client_methods"
local core <const> = require "bytenite.core"
local program <const> = require "spec.support.program"
local sets <const> = require "spec.support.sets"
local options <const> = require "bytenite.base.options"

local set_of <const>, sorted <const> = sets.of, sets.sorted

local function class_named(name)
  for _, class in ipairs(api.classes) do
    if class.name == name then return class end
  end
end

-- Returns the names of all functions and values documented under a prefix, which sections may
-- share.
local function documented_of(name)
  local names <const> = {}
  for _, class in ipairs(api.classes) do
    for _, list in ipairs(class.name == name and { class.functions, class.values or {} } or {}) do
      for _, entry in ipairs(list) do
        names[entry.name] = true
      end
    end
  end
  return sorted(names)
end

local function offline_client()
  return bytenite.new { base_url = "http://127.0.0.1:1", access_token = "t" }
end

-- Returns the names in an error that lists all options: "expected one of a, b, c".
local function known_options(raising, ...)
  local _ <const>, message <const> = pcall(raising, ...)
  local known <const> = {}
  for name in assert(message:match "expected one of (.*)$", message):gmatch "[%w_]+" do
    known[name] = true
  end
  return known
end

-- Returns the members that the constructor of a data source checks; others pass through.
local function known_members(descriptor)
  local file <const> = assert(io.open "lua/bytenite/datasource.lua")
  local source <const> = file:read "a"
  file:close()
  local kind <const> = source:match("\n  " .. descriptor .. " = (%b{})")
    or source:match "local storage <const> = (%b{})"
  local known <const> = {}
  for name in kind:match("known = (%b{})"):gmatch '"([%w_]+)"' do
    known[name] = true
  end
  return known
end

-- A name unlike all others, so that errors suggest nothing and list all options.
local function unknown_option()
  return { unlike_any_option_there_is = true }
end

describe("the files written by docs/generate.lua", function()
  it("are up to date", function()
    local ran <const> = program.lua { "docs/generate.lua", "--check" }
    assert.equal("", ran.errors)
    assert.equal(0, ran.status)
  end)

  describe("when they are not", function()
    local folder

    setup(function()
      folder = os.tmpname()
      os.remove(folder)
      os.execute(("mkdir %s && cp -R docs %s && echo more >> %s/docs/reference.md"):format(folder, folder, folder))
    end)

    teardown(function()
      os.execute("rm -rf " .. folder)
    end)

    it("are named, and --check fails", function()
      local ran <const> = program.lua { folder .. "/docs/generate.lua", "--check" }
      assert.equal(1, ran.status)
      assert.matches("docs/reference%.md", ran.errors)
      assert.is_nil(ran.errors:find("types", 1, true))
    end)
  end)

  -- Returns the place of the types of a class of the reference.
  local function types_file(class)
    return ("docs/types/%s.lua"):format(class.holder and class.name:gsub("%.", "/") or "bytenite")
  end

  local function read(path)
    local file <close> = assert(io.open(path))
    return file:read "a"
  end

  it("contain types that are valid Lua", function()
    for _, class in ipairs(api.classes) do
      assert(loadfile(types_file(class), "t"))
    end
  end)

  it("contain a type for every declared object and every method", function()
    local text <const> = read "docs/types/bytenite.lua"
    for name in pairs(core.schemas()) do
      if not api.internal_objects[name] then
        assert.is_truthy(text:find("---@class bytenite." .. name .. "\n", 1, true), name)
      end
    end
    for _, class in ipairs(api.classes) do
      for _, entry in ipairs(class.functions) do
        local name <const> = (class.holder or class.name) .. class.prefix:sub(-1) .. entry.name .. "("
        assert.is_truthy(read(types_file(class)):find("\nfunction " .. name, 1, true), name)
      end
    end
  end)
end)

describe("the documented functions", function()
  local function public(table)
    local set <const> = {}
    for name in pairs(table) do
      if not name:find "^__" then set[name] = true end
    end
    return set
  end

  local connected <close> = offline_client()
  local methods_of_clients <const> = { close = connected.close }
  for name, method in pairs(client_methods) do
    methods_of_clients[name] = method
  end
  local real <const> = {
    bytenite = bytenite,
    datasource = bytenite.datasource,
    Client = methods_of_clients,
    Job = bytenite.Job,
    Future = getmetatable(connected:async(print)).__index,
    Pollable = getmetatable(connected:pollable()).__index,
    ["bytenite.loop.cqueues"] = require "bytenite.loop.cqueues",
    ["bytenite.loop.luv"] = require "bytenite.loop.luv",
  }

  for name, table in pairs(real) do
    it("of " .. name .. " are all of them", function()
      assert.same(sorted(public(table)), documented_of(name))
    end)
  end

  local function has_value(table, value)
    for _, each in pairs(table) do
      if each == value then return true end
    end
    return false
  end

  -- Returns the comment lines above the definition of a function.
  local function comment_above(defined)
    local where <const> = debug.getinfo(defined, "S")
    local lines <const> = {}
    for line in io.lines((where.source:gsub("^@", ""))) do
      lines[#lines + 1] = line
      if #lines == where.linedefined then break end
    end
    local first = #lines
    while lines[first - 1]:find "^%s*%-%-%-" do
      first = first - 1
    end
    return table.concat(lines, "\n", first, #lines - 1)
  end

  for _, class in ipairs(api.classes) do
    for _, entry in ipairs(class.functions) do
      it(("are described only in docs/api: %s%s"):format(class.prefix, entry.name), function()
        local comment <const> = comment_above(real[class.name][entry.name])
        local file <const> = assert(comment:match "%-%-%- Documented in docs/api/(%l+)%.lua%.", comment)
        local section <const> = require("docs.api." .. file)
        assert.is_true(section == class or has_value(section, class))
        assert.is_nil(comment:find "@param" or comment:find "@return")
      end)
    end
  end

  it("cover all classes", function()
    assert.same(sorted(real), sorted(set_of(api.classes, "name")))
  end)

  it("cover every operation except the token exchange", function()
    local covered <const> = { access_token = true }
    for _, class in ipairs(api.classes) do
      for _, entry in ipairs(class.functions) do
        if entry.operation then covered[entry.operation] = true end
      end
    end
    local operations <const> = set_of(core.operations, "name")
    assert.same(sorted(operations), sorted(covered))
  end)

  for _, class in ipairs(api.classes) do
    for _, entry in ipairs(class.functions) do
      describe(class.prefix .. entry.name, function()
        it("has an example and names the source of its behaviour", function()
          assert.is_string(entry.example)
          local names = 0
          for _, source in ipairs(api.sources) do
            if entry.source:find(source[1], 1, true) then names = names + 1 end
          end
          assert.is_true(names > 0, entry.source)
        end)

        it("has options as its last argument if it makes a call", function()
          local last <const> = entry.parameters[#entry.parameters]
          local makes_call <const> = entry.operation ~= nil or entry.makes_calls or entry.name == "request"
          assert.equal(makes_call, last ~= nil and last[2] == "bytenite.CallOptions?")
        end)
      end)
    end
  end
end)

describe("the documented states", function()
  for _, state in ipairs(api.states) do
    it(("are final if they are documented as final: %s"):format(state[1]), function()
      local job <const> = { state = "JOB_STATE_" .. state[1] }
      assert.equal(state[2]:find "^final" ~= nil, bytenite.Job.is_final(job))
    end)
  end
end)

describe("the documented members", function()
  local function assert_documented(name, known)
    for _, class in ipairs(api.classes) do
      for _, group in ipairs(class.members or {}) do
        if group.name == name then return assert.same(sorted(known), sorted(set_of(group.fields, "name"))) end
      end
    end
    error("no members " .. name)
  end

  for descriptor, name in pairs {
    url = "UrlSource",
    file = "FileSource",
    s3 = "StorageSource",
    aws = "StorageSource",
    gcp = "StorageSource",
    storj = "StorageSource",
  } do
    it("of a data source of kind " .. descriptor .. " are all of them", function()
      assert_documented(name, known_members(descriptor))
    end)
  end

  it("of a request are all of them", function()
    local connected <close> = offline_client()
    assert_documented("Request", known_options(connected.request, connected, unknown_option()))
  end)

  it("of the arguments of calls are all of them", function()
    local connected <close> = offline_client()
    local job <const> = connected:job "j1"
    for name, called in pairs {
      JobQuery = connected.filter_jobs,
      TemplateQuery = connected.list_templates,
      Submission = connected.submit,
      LogQuery = connected.logs,
    } do
      assert_documented(name, known_options(called, connected, unknown_option()))
    end
    assert_documented("WaitOptions", known_options(job.wait, job, unknown_option()))
  end)

  it("of the options of map are all of them", function()
    local connected <close> = offline_client()
    assert_documented("MapOptions", known_options(connected.map, connected, {}, print, unknown_option()))
  end)

  it("of results and outcomes are all of them", function()
    local connected <close> = offline_client()
    local outcomes <const> = {}
    local results <const> = connected:map({ "good", "bad" }, function(item)
      return assert(item == "good", item)
    end)
    for index, outcome in ipairs(results) do
      for name in pairs(outcome) do
        outcomes[name] = true
      end
      results[index] = nil
    end
    assert_documented("Outcome", outcomes)
    results["[integer]"] = true
    assert_documented("Results", results)
  end)

  it("that are required are", function()
    for _, group in ipairs(class_named("datasource").members) do
      local given <const> = {}
      for _, field in ipairs(group.fields) do
        if field.required then given[field.name] = "x" end
      end
      local make <const> = bytenite.datasource[group.of:match "`(%w+)`"]
      assert.has_no.errors(function()
        make(given)
      end)
      for name in pairs(given) do
        local fewer <const> = {}
        for other in pairs(given) do
          if other ~= name then fewer[other] = "x" end
        end
        assert.has_error.matches(function()
          make(fewer)
        end, name .. " is required")
      end
    end
  end)
end)

describe("the documented options", function()
  local getenv <const> = os.getenv
  local asked

  -- Makes a folder with a file that has one profile. Returns its path.
  local function folder_with_profile(name)
    local path <const> = os.tmpname()
    os.remove(path)
    local place <const> = assert(core.folder(path .. "/bytenite", true))
    local file <close> = assert(place:create "config.json")
    assert(file:write(('{"profiles":{"%s":{}}}'):format(name)))
    assert(file:commit())
    return path
  end

  -- Reads the settings with only the given environment.
  local function read(environment)
    asked = {}
    os.getenv = function(name) -- luacheck: ignore 122
      asked[name] = true
      return environment[name]
    end
    local ok <const>, result <const> = pcall(options.read, {})
    os.getenv = getenv -- luacheck: ignore 122
    return assert(ok and result, result)
  end

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
  end)

  it("of bytenite.new are all of them", function()
    assert.same(sorted(known_options(bytenite.new, unknown_option())), sorted(set_of(api.options.client, "name")))
  end)

  it("of a call are all of them", function()
    local connected <close> = offline_client()
    local known <const> = known_options(connected.get_job, connected, "id", unknown_option())
    table.sort(api.options.call)
    assert.same(sorted(known), api.options.call)
  end)

  for _, option in ipairs(api.options.client) do
    it(("have the real default: %s"):format(option.name), function()
      assert.equal(option.default, read({})[option.name])
    end)

    for _, name in ipairs(option.environment or {}) do
      it(("are read from the environment: %s from %s"):format(option.name, name), function()
        local value <const> = option.name == "base_url" and "https://example.org" or "some-text"
        local environment <const> = { BYTENITE_CLIENT_CERT = "client.pem" } -- a key needs one
        environment[name] = value
        environment.XDG_CONFIG_HOME = option.name == "profile" and folder_with_profile(value) or nil
        local settings <const> = read(environment)
        if environment.XDG_CONFIG_HOME then os.execute(("rm -r '%s'"):format(environment.XDG_CONFIG_HOME)) end
        assert.equal(value, settings[option.name])
      end)
    end
  end

  it("include every environment variable that is read", function()
    local documented <const> = {}
    for _, option in ipairs(api.options.client) do
      for _, name in ipairs(option.environment or {}) do
        documented[name] = true
      end
    end
    read {}
    assert.same(sorted(documented), sorted(asked))
  end)
end)
