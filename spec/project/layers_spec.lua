-- The layers, which are folders: what may require or include what. Imports point downwards only.

-- Returns the lines that a command prints.
local function lines_of(command)
  local pipe <close> = assert(io.popen(command))
  local lines <const> = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  assert(#lines > 0, command)
  return lines
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- Finds a cycle in a graph. Returns it as "a -> b -> a"; nil if there is none.
local function cycle_in(graph)
  local visited <const>, path <const>, on_path <const> = {}, {}, {}
  local function visit(node)
    path[#path + 1] = node
    if on_path[node] then
      local first = 1
      while path[first] ~= node do
        first = first + 1
      end
      return table.concat(path, " -> ", first)
    end
    if visited[node] then
      path[#path] = nil
      return nil
    end
    visited[node], on_path[node] = true, true
    for _, target in ipairs(graph[node] or {}) do
      local cycle <const> = visit(target)
      if cycle then return cycle end
    end
    path[#path], on_path[node] = nil, nil
    return nil
  end
  for node in pairs(graph) do
    local cycle <const> = visit(node)
    if cycle then return cycle end
  end
  return nil
end

-- Lua ------------------------------------------------------------------------------------------

local function module_name(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

-- Returns our modules in a text's calls of require, lazy.load and lazy.module.
local function imports_in(text)
  local code <const> = ("\n" .. text):gsub("\n%s*%-%-[^\n]*", "\n")
  local imports <const> = {}
  for _, call in ipairs { "require", "lazy%.load", "lazy%.module" } do
    for name in code:gmatch("%f[%w_]" .. call .. '%s*%(?%s*"(bytenite[%w_.]*)"') do
      imports[#imports + 1] = name
    end
  end
  return imports
end

-- By folder: the folders that it may import from, other than itself and "core", the C core. Modules
-- directly in lua/bytenite are "public".
local may_import <const> = {
  base = {},
  errors = { "base" },
  async = { "errors", "base" },
  call = { "async", "errors", "base" },
  streaming = { "call", "async", "errors", "base" },
  jobs = { "streaming", "call", "async", "errors", "base" },
  public = { "jobs", "streaming", "call", "async", "errors", "base" },
  loop = { "base" },
  sandbox = { "sandbox.http", "sandbox.runner", "sandbox.model", "sandbox.faults", "sandbox.base" },
  ["sandbox.http"] = { "sandbox.model", "sandbox.faults", "sandbox.base" },
  ["sandbox.runner"] = { "sandbox.model", "sandbox.base" },
  ["sandbox.model"] = { "sandbox.faults", "sandbox.base" },
  ["sandbox.faults"] = { "sandbox.base" },
  ["sandbox.base"] = {},
  testing = { "public", "sandbox", "base" },
  command = { "public", "sandbox", "base", "command.commands" },
  ["command.commands"] = { "public", "base", "command", "sandbox", "sandbox.runner" },
}

local folders <const> =
  { "command.commands", "sandbox.http", "sandbox.runner", "sandbox.model", "sandbox.faults", "sandbox.base" }

local function folder_of(name)
  if name == "bytenite.core" then return "core" end
  for _, folder in ipairs(folders) do
    if name == "bytenite." .. folder or name:find("bytenite." .. folder .. ".", 1, true) == 1 then return folder end
  end
  local first <const> = name:match "^bytenite%.([%w_]+)"
  return first and may_import[first] and first or "public"
end

local graph <const> = {}
for _, path in ipairs(lines_of "find lua/bytenite -name '*.lua' | sort") do
  graph[module_name(path)] = imports_in(read(path))
end

describe("the Lua modules", function()
  it("import only what the layers allow", function()
    local wrong <const> = {}
    for name, imports in pairs(graph) do
      local folder <const> = folder_of(name)
      local allowed <const> = { core = true, [folder] = true }
      for _, other in ipairs(may_import[folder]) do
        allowed[other] = true
      end
      for _, import in ipairs(imports) do
        if not allowed[folder_of(import)] then wrong[#wrong + 1] = name .. " -> " .. import end
      end
    end
    table.sort(wrong)
    assert.same({}, wrong)
  end)

  it("import modules that exist", function()
    for name, imports in pairs(graph) do
      for _, import in ipairs(imports) do
        assert(import == "bytenite.core" or graph[import], ("%s imports %s"):format(name, import))
      end
    end
  end)

  it("have no cycle, not even one that lazy loading would hide", function()
    assert.is_nil(cycle_in(graph))
  end)
end)

-- C --------------------------------------------------------------------------------------------

local sources <const> = lines_of "find src include -name '*.[ch]' | sort"

-- By folder of src: the folders whose headers it may include, other than its own.
local may_include <const> = {
  base = {},
  json = { "base" },
  api = { "base" },
  http = { "base" },
  redact = { "base" },
  binding = { "base", "json", "api", "http", "redact" },
}

describe("the C files", function()
  it("include Lua's headers only below src/binding", function()
    for _, path in ipairs(sources) do
      -- include/bytenite.h is for hosts, which pass their lua_State.
      if not path:find "^src/binding/" and path ~= "include/bytenite.h" then
        for header in read(path):gmatch '#%s*include%s*[<"]([%w_/.]+)[>"]' do
          assert(not header:find "^lua" and header ~= "lauxlib.h", path .. " includes " .. header)
        end
      end
    end
  end)

  it("include only what the layers allow", function()
    local wrong <const> = {}
    for _, path in ipairs(sources) do
      local folder <const> = path:match "^src/(%w+)/"
      for target, header in read(path):gmatch '#%s*include%s*"(%w+)(/[%w_/.]+)"' do
        local allowed = folder == nil or target == folder
        for _, other in ipairs(may_include[folder] or {}) do
          allowed = allowed or target == other
        end
        if not allowed then wrong[#wrong + 1] = ("%s includes %s%s"):format(path, target, header) end
      end
    end
    assert.same({}, wrong)
  end)

  it("have no cycle of includes", function()
    local includes <const> = {}
    for _, path in ipairs(sources) do
      includes[path] = {}
      for header in read(path):gmatch '#%s*include%s*"([%w_/.]+)"' do
        table.insert(includes[path], "src/" .. header)
      end
    end
    assert.is_nil(cycle_in(includes))
  end)
end)
