--- mutants.lua: see scripts/mutants. Runs in the project's folder.
package.path = "scripts/lib/?.lua;" .. package.path
local mutations <const> = require "mutations"

local FOLDERS <const> = { "lua/bytenite/call", "lua/bytenite/async", "lua/bytenite/streaming", "src/http" }

-- By folder: other folders whose specs test it, too. They run after its own specs.
local neighbours <const> = {
  async = { "spec/loop" },
  call = { "spec/jobs/updates_spec.lua" },
  http = { "spec/call/outcomes_spec.lua", "spec/faults" },
}

local FLAGS <const> =
  "-std=c11 -O1 -fPIC -D_GNU_SOURCE -Iinclude -Isrc -Ispec/host -w -Werror=incompatible-pointer-types -Werror=int-conversion"

local function read_file(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write_file(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- Runs a command of the shell. Returns whether it succeeded.
local function run(command)
  return os.execute("( " .. command .. " ) >/dev/null 2>&1 </dev/null") == true
end

local function lines_of(command)
  local lines <const> = {}
  local pipe <close> = assert(io.popen(command))
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  return lines
end

local function seconds()
  return tonumber(lines_of("date +%s.%N")[1])
end

-- The tree ------------------------------------------------------------------------------------------------------------

local Tree <const> = {}
Tree.__index = Tree

-- Copies the tree, with the core that is built. Compiles the C code anew if it is to be changed: fast, and without
-- link-time optimisation.
local function copy_tree(folder, is_c)
  assert(run(("rm -rf %s && mkdir -p %s/build/bytenite"):format(folder, folder)))
  local copy <const> = "git ls-files -z --cached --others --exclude-standard | "
    .. "tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "
  assert(run(copy .. folder))
  assert(
    run(("cp build/bytenite/core.so %s/build/bytenite && cp build/CMakeCache.txt %s/build"):format(folder, folder))
  )
  local self <const> = setmetatable({ folder = folder, objects = {} }, Tree)
  if is_c then
    local sources <const> = lines_of(("cd %s && ls src/*/*.c spec/host/*.c spec/host/*/*.c"):format(folder))
    self.headers = lines_of("sed -n 's/^LUA_INCLUDE_DIR:PATH=//p' build/CMakeCache.txt")[1]
    for _, source in ipairs(sources) do
      assert(self:compile(source), source)
    end
    assert(self:link())
  end
  return self
end

local function is_in_host(source) -- the program with the tests of C units
  return not source:find "^src/binding" and not source:find "^src/api"
end

-- Compiles a source for the core, and again for the tests of C units: those run with AddressSanitizer, which reports leaks.
function Tree:compile(source)
  local object <const> = "build/" .. source:gsub("/", "_") .. ".o"
  self.objects[source] = object
  local command <const> = "cd %s && cc %s -isystem %s -c -o %s%s %s"
  if not run(command:format(self.folder, FLAGS, self.headers, object, "", source)) then return false end
  if not is_in_host(source) then return true end
  return run(command:format(self.folder, FLAGS .. " -fsanitize=address", self.headers, object, ".asan.o", source))
end

function Tree:link()
  local core <const>, host <const> = {}, {}
  for source, object in pairs(self.objects) do
    if source:find "^src/" then core[#core + 1] = object end
    if is_in_host(source) then host[#host + 1] = object .. ".asan.o" end
  end
  table.sort(core)
  table.sort(host)
  local command <const> = "cd %s && cc -shared -o build/bytenite/core.so %s -lcurl -lpthread -lm -ldl -Wl,-z,nodelete "
    .. "&& cc -fsanitize=address -o build/host-program %s -lcurl -lpthread -lm -ldl"
  return run(command:format(self.folder, table.concat(core, " "), table.concat(host, " ")))
end

-- Puts a changed source in place. Returns whether it is another program than before; nil if it is no program.
function Tree:change(path, original, changed)
  local full <const> = self.folder .. "/" .. path
  if path:find "%.lua$" then
    local program <const> = load(changed, "@" .. path)
    if not program then return nil end
    write_file(full, changed)
    return string.dump(program, true) ~= string.dump(load(original, "@" .. path), true)
  end
  if self.changed and self.changed ~= path then assert(self:compile(self.changed)) end
  local object <const> = self.folder .. "/" .. self.objects[path]
  self.original = self.original or {}
  self.original[path] = self.original[path] or read_file(object)
  write_file(full, changed)
  if not self:compile(path) then return nil end
  return read_file(object) ~= self.original[path] and self:link()
end

-- Puts the sources back. The object of a changed source serves until another source is changed.
function Tree:restore(path, original)
  write_file(self.folder .. "/" .. path, original)
  self.changed = path:find "%.c$" and path or nil
end

-- The specs ---------------------------------------------------------------------------------------------------------

-- A spec that is run on each change: a file of busted, or the tests of C units.
local function command_of(tree, spec, limit, path)
  local prefix <const> = ("cd %s && . scripts/lib/environment.sh && export SPEC_MAY_BE_EMPTY=1 && "):format(tree.folder)
  if spec == "host" then -- the tests of the file's unit first
    local unit <const> = (path or ""):match "^src/(.*)%.%w+$" or "none"
    local names <const> = "{ build/host-program | grep '^UNIT: '; build/host-program | grep -v '^UNIT: '; }"
    local each <const> = 'while read -r name; do timeout -k 1 %d build/host-program "$name" || exit 1; done'
    return prefix .. names:gsub("UNIT", unit) .. " | " .. each:format(limit)
  end
  local busted <const> = "ulimit -v 6000000 && timeout -k 1 %d %s scripts/lib/run_busted.lua --ignore-lua --no-keep-going "
    .. '--exclude-tags=timing --lpath="$PWD/lua/?.lua" --lpath="$PWD/lua/?/init.lua" --cpath="$PWD/build/?.so" %s'
  return prefix .. busted:format(limit, arg[-1], spec)
end

local function spec_folder_of(path)
  return path:match "^lua/bytenite/(%w+)/" or path:match "^src/(%w+)/" or "module"
end

-- Returns the specs for a folder, with their times.
local function specs_of(tree, folder, only_units)
  local own <const> = spec_folder_of(folder .. "/")
  local places = { "spec/" .. own }
  if only_units and folder:find "^src/" then places = {} end
  for _, place in ipairs(not only_units and neighbours[own] or {}) do
    places[#places + 1] = place
  end
  local specs <const> = {}
  if folder:find "^src/" then specs[1] = { name = "host", kills = 0 } end
  for _, place in ipairs(places) do
    for _, path in ipairs(lines_of(("find %s -name '*_spec.lua' | sort"):format(place))) do
      specs[#specs + 1] = { name = path, kills = 0, is_neighbour = place ~= places[1] }
    end
  end
  for index = #specs, 1, -1 do
    local spec <const> = specs[index]
    local began <const> = seconds()
    if run(command_of(tree, spec.name, 600)) then
      spec.time = seconds() - began
    else
      print(("left out, because it fails without any change: %s"):format(spec.name))
      table.remove(specs, index)
    end
  end
  return specs
end

local function order_for(specs, path)
  local own <const> = path:match "([%w_]+)%.%w+$" .. "_spec.lua"
  local function rank(spec)
    if spec.name == "host" or spec.name:sub(-#own - 1) == "/" .. own then return math.huge end
    return (spec.kills + 0.1) / spec.time - (spec.is_neighbour and 1000 or 0)
  end
  local ordered <const> = { table.unpack(specs) }
  table.sort(ordered, function(one, other)
    local first <const>, second <const> = rank(one), rank(other)
    if first ~= second then return first > second end
    return one.name < other.name
  end)
  return ordered
end

local function is_noticed(tree, specs, path)
  for _, spec in ipairs(order_for(specs, path)) do
    if not run(command_of(tree, spec.name, math.ceil(20 + 5 * spec.time), path)) then
      spec.kills = spec.kills + 1
      return spec.name
    end
  end
  return nil
end

-- The sample --------------------------------------------------------------------------------------------------------

local function candidates_of(paths, wanted)
  local all <const> = {}
  for _, path in ipairs(paths) do
    local source <const> = read_file(path)
    local lines <const> = {}
    for line in (source .. "\n"):gmatch "([^\n]*)\n" do
      lines[#lines + 1] = line
    end
    for _, change in ipairs(mutations.of(path, source)) do
      change.path, change.source = path, source
      change.code = lines[change.line]:match "^%s*(.-)%s*$"
      change.place = ("%s:%d"):format(path, change.line)
      if not wanted or (change.place .. " " .. change.code):find(wanted, 1, true) then all[#all + 1] = change end
    end
  end
  return all
end

local function shuffle(list, seed)
  math.randomseed(seed)
  for index = #list, 2, -1 do
    local other <const> = math.random(index)
    list[index], list[other] = list[other], list[index]
  end
end

local function changed(change)
  return change.source:sub(1, change.from - 1) .. change.text .. change.source:sub(change.to + 1)
end

-- Changes that no test can notice, or that none should, with the reason: by path, line of code and change.
local accepted <const> = {}
for _, entry in ipairs(dofile "scripts/lib/mutants_accepted.lua") do
  accepted[entry.path .. "\n" .. entry.code .. "\n" .. entry.what] = entry.why
end

local function reason_for(change)
  return accepted[change.path .. "\n" .. change.code .. "\n" .. change.what]
end

-- The changes that a run has caught, one on each line of a file, so that another run can skip them.
local function read_caught(path)
  local caught <const> = {}
  local file <close> = io.open(path)
  for line in (file and file:read "a" or ""):gmatch "[^\n]+" do
    caught[line] = true
  end
  return caught
end

-- By the place in the line, so that a change elsewhere in the file does not matter.
local function key_of(change)
  local column <const> = #change.source:sub(1, change.from):match "[^\n]*$"
  return ("%s, column %d: %s: %s"):format(change.path, column, change.what, change.code)
end

-- Tries a sample of the changes of a folder. Returns its figures.
local function try(folder, paths, options)
  local is_c <const> = folder:find "^src/" ~= nil
  local tree_folder <const> = "build/mutants/" .. spec_folder_of(folder .. "/")
  local tree <const> = copy_tree(tree_folder, is_c)
  local known <const> = options.again and read_caught(tree_folder .. ".caught") or {}
  local caught_file <close> = assert(io.open(tree_folder .. ".caught", (options.again or options.at) and "a" or "w"))
  local specs <const> = specs_of(tree, folder, options.units)
  local candidates <const> = candidates_of(paths, options.at)
  shuffle(candidates, options.seed)
  local figures <const> = { folder = folder, candidates = #candidates, tried = 0, caught = 0, survivors = {} }
  for _, change in ipairs(candidates) do
    if figures.tried == options.sample then break end
    if known[key_of(change)] then
      figures.tried, figures.caught = figures.tried + 1, figures.caught + 1
    elseif reason_for(change) then -- no spec is expected to notice it
      figures.tried = figures.tried + 1
      figures.survivors[#figures.survivors + 1] = change
    elseif tree:change(change.path, change.source, changed(change)) then
      figures.tried = figures.tried + 1
      local by <const> = is_noticed(tree, specs, change.path)
      if by then
        figures.caught = figures.caught + 1
        caught_file:write(key_of(change), "\n")
        caught_file:flush()
        if os.getenv "MUTANTS_VERBOSE" then print(("caught by %s: %s: %s"):format(by, change.place, change.what)) end
      else
        figures.survivors[#figures.survivors + 1] = change
        print(("survived: %s: %s\n    %s"):format(change.place, change.what, change.code))
      end
      io.stdout:flush()
    end
    tree:restore(change.path, change.source)
  end
  print(("%s: %d of %d caught, of %d possible changes"):format(folder, figures.caught, figures.tried, #candidates))
  return figures
end

-- The document --------------------------------------------------------------------------------------------------------

local HEAD <const> = [[
# Mutants

How many mistakes do the specs notice? `make mutants` changes the code in one place at a time (a comparison and its
boundary, a constant, a dropped call, two swapped arguments), runs the specs of the folder and counts the changes that a
spec notices. Changes that make the same program are not counted. Written by `scripts/mutants --sample 100 --write`.
]]

local function section(figures, seed)
  local lines <const> = {
    ("## %s\n"):format(figures.folder),
    ("%d of %d caught (a random sample of %d possible changes, seed %d).\n"):format(
      figures.caught,
      figures.tried,
      figures.candidates,
      seed
    ),
  }
  table.sort(figures.survivors, function(one, other)
    if one.path ~= other.path then return one.path < other.path end
    return one.from < other.from
  end)
  for _, change in ipairs(figures.survivors) do
    local why <const> = reason_for(change)
    lines[#lines + 1] = ("- `%s`: %s. %s\n"):format(
      change.path:match "[^/]+$",
      change.what,
      why or "No test notices it yet."
    )
    lines[#lines + 1] = ("  `%s`\n"):format(change.code)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function write_document(all, seed)
  local path <const> = "docs/mutants.md"
  local sections <const> = {}
  local file <close> = io.open(path)
  local current
  for line in (file and file:read "a" or ""):gmatch "([^\n]*)\n" do
    current = line:match "^## (.*)" or current
    if current then sections[current] = (sections[current] or "") .. line .. "\n" end
  end
  for name, text in pairs(sections) do
    sections[name] = text:gsub("%s+$", "\n")
  end
  for _, figures in ipairs(all) do
    sections[figures.folder] = section(figures, seed)
  end
  local parts <const> = { HEAD }
  for _, folder in ipairs(FOLDERS) do
    parts[#parts + 1] = sections[folder]
  end
  write_file(path, table.concat(parts, "\n"))
end

-- The command ---------------------------------------------------------------------------------------------------------

local options <const> = { sample = 30, seed = 1 }
local given <const> = {}
do
  local index = 1
  while arg[index] do
    local word <const> = arg[index]
    local name <const> = word:match "^%-%-(%w+)$"
    if name == "write" or name == "units" or name == "again" then
      options[name] = true
    elseif name == "at" then
      index = index + 1
      options.at = arg[index]
    elseif name == "sample" or name == "seed" then
      index = index + 1
      options[name] = assert(math.tointeger(tonumber(arg[index])), word .. " needs a number")
    elseif name then
      error("unknown option " .. word, 0)
    else
      given[#given + 1] = word:gsub("/$", "")
    end
    index = index + 1
  end
end

local by_folder <const>, folders <const> = {}, {}
for _, path in ipairs(#given > 0 and given or FOLDERS) do
  for _, file in ipairs(lines_of(("find %s -name '*.lua' -o -name '*.c' | sort"):format(quoted(path)))) do
    local folder <const> = file:match "^(.*)/"
    if not by_folder[folder] then
      by_folder[folder] = {}
      folders[#folders + 1] = folder
    end
    table.insert(by_folder[folder], file)
  end
end

local all <const>, is_good = {}, true
for _, folder in ipairs(folders) do
  local figures <const> = try(folder, by_folder[folder], options)
  all[#all + 1] = figures
  is_good = is_good and figures.caught * 10 >= figures.tried * 9
end
if options.write then write_document(all, options.seed) end
if not is_good then print "fewer than 90 % of the changes were caught in a folder" end
os.exit(is_good)
