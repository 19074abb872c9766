-- The installed module, without the source tree: what the two builds list, export, link and keep in
-- memory.
local lfs = require "lfs"

local lua = arg[-1] or "lua5.4"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Runs a shell command. Returns its output, and whether it succeeded.
local function run(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1"))
  local output = pipe:read "a"
  return output, pipe:close() == true
end

local function must_run(command)
  local output, succeeded = run(command)
  assert(succeeded, command .. "\n" .. output)
  return output
end

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- Returns the files below a folder whose names match, sorted.
local function files_below(folder, pattern, found)
  found = found or {}
  for entry in lfs.dir(folder) do
    local path = folder .. "/" .. entry
    if lfs.attributes(path, "mode") == "directory" then
      if not entry:find "^%." then files_below(path, pattern, found) end
    elseif entry:find(pattern) then
      found[#found + 1] = path
    end
  end
  table.sort(found)
  return found
end

local function sorted(list)
  table.sort(list)
  return list
end

local function rockspec()
  local fields = {}
  assert(load(read_file "bytenite-scm-1.rockspec", "rockspec", "t", fields))()
  return fields
end

describe("the lists of source files", function()
  it("name every C file in CMakeLists.txt", function()
    local listed = {}
    local block = read_file("CMakeLists.txt"):match "set%(sources(.-)%)"
    for path in block:gmatch "%S+" do
      listed[#listed + 1] = path
    end
    assert.same(files_below("src", "%.c$"), sorted(listed))
  end)

  it("name every C file in the rockspec", function()
    assert.same(files_below("src", "%.c$"), sorted(rockspec().build.modules["bytenite.core"].sources))
  end)

  it("name every Lua file in the rockspec, with the name of its module", function()
    local expected = {}
    for _, path in ipairs(files_below("lua", "%.lua$")) do
      expected[path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")] = path
    end
    local listed = rockspec().build.modules
    listed["bytenite.core"] = nil
    assert.same(expected, listed)
  end)
end)

-- Tests for the shared object of any build. `get` returns its path, and the `env` command with
-- which a separate process finds it.
local function describe_shared_object(name, get)
  describe(name, function()
    it("exports luaopen_bytenite_core and nothing else", function()
      local names = {}
      for symbol in must_run("nm -D --defined-only " .. quote(get().path)):gmatch "%x+ %a (%S+)" do
        if not symbol:find "^__odr_asan" then -- from AddressSanitizer
          names[#names + 1] = symbol
        end
      end
      assert.same({ "luaopen_bytenite_core" }, names)
    end)

    it("links libcurl but not liblua", function()
      local needed = must_run("readelf -d " .. quote(get().path) .. " | grep NEEDED")
      assert.matches("libcurl", needed)
      assert.is_nil(needed:find("liblua", 1, true))
    end)

    it("stays loaded when the Lua state is closed", function()
      local log = must_run(("%s LD_DEBUG=files %s -e 'require [[bytenite.core]]'"):format(get().environment, lua))
      if not log:find("calling init: " .. get().path, 1, true) then
        return pending "this system's loader does not tell, or a sanitizer is in the way"
      end
      assert.is_nil(log:find(get().path .. " [0];  destroying link map", 1, true))
    end)
  end)
end

describe("the installed module", function()
  local folder, tree, environment

  setup(function()
    -- From a copy, because LuaRocks leaves its object files next to the sources.
    folder = must_run("mktemp -d"):gsub("\n", "")
    tree = folder .. "/tree"
    must_run("cp -R bytenite-scm-1.rockspec src include lua bin docs examples scripts " .. quote(folder))
    -- As in README.md.
    local make <const> =
      "LUAROCKS_CONFIG=scripts/lib/rocks_provided.lua luarocks --lua-version 5.4 make --tree %s bytenite-scm-1.rockspec"
    must_run(("cd %s && unset LD_PRELOAD LUA_PATH LUA_CPATH && %s"):format(quote(folder), make:format(quote(tree))))
    -- Only that tree, and the system's lua-cjson, which is not a rock.
    local cjson = assert(package.searchpath("cjson", package.cpath)):gsub("cjson%.so$", "?.so")
    environment = ("env -i LUA_PATH=%s LUA_CPATH=%s PATH=%s"):format(
      quote(tree .. "/share/lua/5.4/?.lua;" .. tree .. "/share/lua/5.4/?/init.lua"),
      quote(tree .. "/lib/lua/5.4/?.so;" .. cjson),
      quote(os.getenv "PATH")
    )
  end)

  teardown(function()
    if folder then os.execute("rm -rf " .. quote(folder)) end
  end)

  local function run_lua(script)
    return must_run(("cd / && %s %s -e %s"):format(environment, lua, quote(script)))
  end

  it("is found by require", function()
    local found = run_lua [[
      for _, name in ipairs { "bytenite", "bytenite.core" } do
        print(package.searchpath(name, package.path) or package.searchpath(name, package.cpath))
        require(name)
      end]]
    assert.equal(tree .. "/share/lua/5.4/bytenite/init.lua\n" .. tree .. "/lib/lua/5.4/bytenite/core.so\n", found)
  end)

  it("works", function()
    assert.equal(
      "string\t{}\n",
      run_lua [[
      local bytenite = require "bytenite"
      print(type(bytenite._VERSION), bytenite.encode {})]]
    )
  end)

  -- Runs a command of the tree, which must find the tree by itself. Besides it finds only rocks
  -- that the system has no packages for.
  local function run_command(line)
    local rocks <const> = lfs.currentdir() .. "/build/rocks/share/lua/5.4/"
    local path <const> = ("%s?.lua;%s?/init.lua;;"):format(rocks, rocks)
    return must_run(
      ("cd / && env -i PATH=%s LUA_PATH=%s %s/bin/%s"):format(quote(os.getenv "PATH"), quote(path), quote(tree), line)
    )
  end

  it("has the command of the sandbox", function()
    assert.matches("%-%-port", run_command "bytenite-sandbox --help")
  end)

  it("has the command line", function()
    assert.matches("set%-params", run_command "bytenite --help")
    assert.equal(run_lua "print((require 'bytenite')._VERSION)", run_command "bytenite --version")
  end)

  it("has its documents", function()
    local documents <const> = tree .. "/lib/luarocks/rocks-5.4/bytenite/scm-1/"
    for _, path in ipairs {
      "docs/reference.md",
      "docs/types/bytenite.lua",
      "docs/man/bytenite.1",
      "docs/man/bytenite-sandbox.1",
      "examples/set_name.lua",
    } do
      assert.equal("file", lfs.attributes(documents .. path, "mode"), path)
    end
  end)

  describe("has completion for", function()
    -- Runs a script in a shell that finds the tree's commands, in the folder with the shell's
    -- completions. Returns nil if there is no such shell.
    local function run_shell(shell, options, script)
      if not os.execute(("command -v %s >/dev/null"):format(shell)) then return nil end
      local rocks <const> = lfs.currentdir() .. "/build/rocks/share/lua/5.4/"
      local rock <const> =
        must_run(("luarocks --lua-version 5.4 --tree %s show --rock-dir bytenite"):format(quote(tree))):match "^[^\n]+"
      return must_run(
        ("cd %s && env -i HOME=%s PATH=%s:%s LUA_PATH='%s?.lua;%s?/init.lua;;' %s %s -c %s"):format(
          quote(rock .. "/docs/completion/" .. shell),
          quote(folder),
          quote(tree .. "/bin"),
          quote(os.getenv "PATH"),
          rocks,
          rocks,
          shell,
          options,
          quote(script)
        )
      )
    end

    it("bash", function()
      local script <const> = [[
        . ./bytenite
        COMP_LINE="bytenite logs --level E" COMP_POINT=23
        _bytenite
        echo "${COMPREPLY[@]}"]]
      assert.equal("ERROR\n", run_shell("bash", "--norc", script))
    end)

    it("zsh", function()
      local script <const> = [[
        fpath=("$PWD" $fpath)
        autoload -Uz compinit && compinit -u -D
        print -r -- ${_comps[bytenite]}
        compadd() { print -r -- "$@" }
        words=(bytenite logs --level E) CURRENT=4
        _bytenite]]
      local output <const> = run_shell("zsh", "-f", script)
      if not output then return pending "zsh is not installed" end
      assert.equal("_bytenite\n-- ERROR\n", output)
    end)

    it("fish", function()
      local script <const> = [[
        set -p fish_complete_path $PWD
        complete -C "bytenite logs --level E"]]
      local output <const> = run_shell("fish", "--no-config", script)
      if not output then return pending "fish is not installed" end
      assert.equal("ERROR\n", output)
    end)

    it("all of them, printed by its command", function()
      for shell, name in pairs { bash = "bytenite", zsh = "_bytenite", fish = "bytenite.fish" } do
        local path <const> = tree .. "/lib/luarocks/rocks-5.4/bytenite/scm-1/docs/completion/" .. shell .. "/" .. name
        assert.equal(run_command("bytenite completion " .. shell), read_file(path))
      end
    end)
  end)

  it("names the package with libcurl's headers if they are missing", function()
    local printed <const>, succeeded <const> = run "cc -nostdinc -E -Iinclude -Isrc src/binding/core.c"
    assert.is_false(succeeded)
    assert.matches("libcurl's headers are missing: install libcurl4%-openssl%-dev", printed)
    assert.same({}, rockspec().external_dependencies.CURL) -- or LuaRocks would end first, without that name
  end)

  describe_shared_object("its C core", function()
    return { path = tree .. "/lib/lua/5.4/bytenite/core.so", environment = environment }
  end)
end)

describe_shared_object("the C core that CMake built", function()
  return { path = assert(package.searchpath("bytenite.core", package.cpath)), environment = "env" }
end)
