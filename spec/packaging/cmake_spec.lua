-- What `cmake --install` installs, and other programs that use it: by find_package, by pkg-config,
-- or as a part of their own build. Their sources are in spec/packaging/consumer.
local lfs <const> = require "lfs"

local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local root <const> = lfs.currentdir()
local CONSUMER <const> = root .. "/spec/packaging/consumer"

local function run(command, environment)
  return program.run({ "sh", "-c", command }, environment)
end

local function must_run(command, environment)
  local ran <const> = run(command, environment)
  assert(ran.status == 0, command .. "\n" .. ran.output .. ran.errors)
  return ran.output
end

-- Configures and builds a project. `options` are for CMake.
local function build(source, target, options, build_options)
  local where <const> = ("-S %s -B %s"):format(source, target)
  return must_run(
    ("cmake %s %s && cmake --build %s --parallel 2 %s"):format(where, options, target, build_options or "")
  )
end

-- Returns the global names that object files or archives define, except the two for hosts, and
-- gcc's own (__x86.get_pc_thunk.bx on i386), which every object may have.
local function inner_names(paths)
  local names <const> = {}
  for name in must_run("nm -g --defined-only " .. paths):gmatch "%x+ %u (%S+)" do
    local is_of_gcc <const> = name:find(".", 1, true)
    if not is_of_gcc and name ~= "luaopen_bytenite_core" and name ~= "bytenite_preload" then
      names[#names + 1] = name
    end
  end
  return names
end

local cjson_archive <const> = must_run("cc -print-file-name=liblua5.4-cjson.a"):gsub("\n", "")
local has_cjson <const> = cjson_archive:sub(1, 1) == "/"

-- Run by hosts: the four updates, without settings from the environment, so that no library of Lua
-- is needed to read them.
local UPDATES <const> = [[
local number, core_name = ...
local bytenite = require "bytenite"
local client <close> = bytenite.new {
  base_url = "%s", api_key = "%s", ca_file = "%s", service = "customer", proxy = "", timeout = 60, deadline = 120,
}
for round = 1, 3 do
  local job = assert(client:create_job { templateId = "img-gen", name = "Before" })
  assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
  assert(job:set_params { partitioner = {}, assembler = {}, app = { seed = 9007199254740993 } })
  assert(job:set_name("Thread " .. number))
  assert(job:set_configs { jobTimeout = 7200 })
  assert(job.dataSource.params.url == "https://example.org/in.txt" and job.config.jobTimeout == 7200)
  assert(job.params.app.seed == 9007199254740993)
  local missing, problem = client:get_job "no-such-job"
  assert(missing == nil and problem.kind == "not_found", tostring(problem))
  if round == 3 then print(job.name, core_name, io == nil and os == nil and debug == nil) end
end
]]

describe("an installation by CMake", function()
  local base, prefix, service, script

  setup(function()
    service = sandbox.tls()
    base = folder.new()
    prefix = base:at "prefix"
    script = base:write("updates.lua", UPDATES:format(service.base_url, service.api_key, service.ca_file))
    -- Flags of Fedora's packages: the module leaves Lua's functions undefined despite them.
    build(
      root,
      base:at "build",
      "-DCMAKE_BUILD_TYPE=Debug -DBYTENITE_IPO=OFF -DCMAKE_MODULE_LINKER_FLAGS=-Wl,--no-undefined "
        .. "-DBYTENITE_INSTALL_LMODDIR=share/lua/5.4 -DBYTENITE_EMBED_CJSON="
        .. (has_cjson and cjson_archive or "")
    )
    must_run(("cmake --install %s --prefix %s"):format(base:at "build", base:at "first"))
    assert(os.rename(base:at "first", prefix)) -- it can be moved
  end)

  teardown(function()
    getmetatable(base).__close(base)
  end)

  before_each(function()
    service:reset()
  end)

  -- Finds no Lua files.
  local NOTHING <const> = { LUA_PATH = "/nonexistent/?.lua", LUA_CPATH = "/nonexistent/?.so" }

  local function run_host(name, arguments, environment)
    return program.run({ base:at(name), table.unpack(arguments) }, environment or NOTHING)
  end

  -- Finds the installed files, and the system's lua-cjson.
  local function installed()
    local cjson <const> = assert(package.searchpath("cjson", package.cpath)):gsub("cjson%.so$", "?.so")
    return {
      LUA_PATH = prefix .. "/share/lua/5.4/?.lua;" .. prefix .. "/share/lua/5.4/?/init.lua",
      LUA_CPATH = prefix .. "/lib/lua/5.4/?.so;" .. cjson,
    }
  end

  it("has the files for Lua, hosts, people and tools, in relative folders", function()
    for _, path in ipairs {
      "bin/bytenite",
      "bin/bytenite-sandbox",
      "include/bytenite.h",
      "lib/lua/5.4/bytenite/core.so",
      "share/lua/5.4/bytenite/init.lua",
      "share/doc/bytenite/reference.md",
      "share/man/man1/bytenite.1",
      "share/bash-completion/completions/bytenite",
      "share/zsh/site-functions/_bytenite",
      "share/fish/vendor_completions.d/bytenite.fish",
      "share/doc/bytenite/LICENSE",
      "share/bytenite/types/bytenite.lua",
    } do
      assert.equal("file", lfs.attributes(prefix .. "/" .. path, "mode"), path)
    end
    local found <const> = must_run(("cd %s && find . -name '*.cmake' -o -name '*.pc' -o -name '*.a'"):format(prefix))
    for _, name in ipairs {
      "bytenite%-config%.cmake",
      "bytenite%-config%-version%.cmake",
      "bytenite%.pc",
      "bytenite_embedded%.pc",
      "libbytenite%.a",
      "libbytenite_embedded%.a",
    } do
      assert.matches("/" .. name .. "\n", found)
    end
  end)

  it("is found by Lua", function()
    local ran <const> = program.lua({ script, "1", "Lua" }, installed())
    assert.equal("", ran.errors)
    assert.matches("^Thread 1\tLua\tfalse\n$", ran.output)
  end)

  it("has its version in its packages", function()
    local version <const> = must_run(
      ("PKG_CONFIG_PATH=$(dirname $(find %s -name bytenite.pc)) pkg-config --modversion bytenite"):format(prefix)
    )
    assert.equal(require("bytenite")._VERSION:match "%S+$", (version:gsub("\n", "")))
    local options <const> = ("-DVERSION=99 -DCMAKE_PREFIX_PATH=%s"):format(prefix)
    local ran <const> = run(("cmake -S %s -B %s %s"):format(CONSUMER, base:at "too_old", options))
    assert.not_equal(0, ran.status)
    assert.matches('compatible with requested version "99"', ran.errors)
  end)

  it("exports only two names from the static libraries", function()
    local count = 0
    for path in must_run(("find %s -name '*.a'"):format(prefix)):gmatch "[^\n]+" do
      assert.same({}, inner_names(path))
      assert.matches(" T bytenite_preload\n.* T luaopen_bytenite_core\n", must_run("nm -g --defined-only " .. path))
      count = count + 1
    end
    assert.equal(2, count)
  end)

  it("works in a host by pkg-config, which links nothing else of ours", function()
    local find <const> = ("export PKG_CONFIG_PATH=$(dirname $(find %s -name bytenite.pc))"):format(prefix)
    local compile <const> =
      "cc -Wall -Werror -Wl,--no-undefined -o %s host.c core.c $(pkg-config --cflags --libs bytenite lua5.4)"
    must_run(("%s && cd %s && %s"):format(find, CONSUMER, compile:format(base:at "by_pkg_config")))
    local ran <const> = run_host("by_pkg_config", { script }, installed())
    assert.equal("", ran.errors)
    assert.matches("^Thread 1\tthe consumer's core\tfalse\n$", ran.output)
  end)

  describe("works in a host that has functions with all internal names,", function()
    local configured

    setup(function()
      -- The names in the objects before they were linked into one.
      local names <const> = inner_names(
        ("$(find %s/CMakeFiles/bytenite_objects.dir %s/CMakeFiles/bytenite_embedded.dir -name '*.o') %s"):format(
          base:at "build",
          base:at "build",
          has_cjson and cjson_archive or ""
        )
      )
      assert(#names > 100 and table.concat(names, " "):find "buffer_free")
      local seen <const>, lines <const> = {}, {}
      for _, name in ipairs(names) do
        if not seen[name] then
          lines[#lines + 1] = ("int %s(void);\nint %s(void) { __builtin_trap(); }"):format(name, name)
        end
        seen[name] = true
      end
      local source <const> = base:write("names.c", table.concat(lines, "\n") .. "\n")
      configured = build(CONSUMER, base:at "consumer", ("-DCMAKE_PREFIX_PATH=%s -DNAMES=%s"):format(prefix, source))
    end)

    it("by find_package, which has the folders of the files for Lua", function()
      assert.matches(("folders: %s/lib/lua/5.4 %s/share/lua/5.4; Lua 5.4"):format(prefix, prefix), configured)
      local ran <const> = run_host("consumer/host_static", { script }, installed())
      assert.equal("", ran.errors)
      assert.matches("^Thread 1\tthe consumer's core\tfalse\n$", ran.output)
      assert.equal(3 * 6, #connect.sent(service))
    end)

    if not has_cjson then
      pending "without any file: lua-cjson's static library is not installed here"
      return
    end

    it("without any file of ours or of lua-cjson", function()
      local ran <const> = run_host("consumer/host_embedded", { script })
      assert.equal("", ran.errors)
      assert.matches("^Thread 1\tthe consumer's core\tfalse\n$", ran.output)
      assert.matches("Mark Pulford", must_run(("cat %s/share/doc/bytenite/LICENSE.lua-cjson"):format(prefix)))
    end)

    it("in states without io, os and debug", function()
      local ran <const> = run_host("consumer/host_embedded", { "--without", "io,os,debug", script })
      assert.equal("", ran.errors)
      assert.matches("^Thread 1\tthe consumer's core\ttrue\n$", ran.output)
    end)

    it("in four threads at once", function()
      local ran <const> = run_host("consumer/host_embedded", { "--threads", "4", script })
      assert.equal("", ran.errors)
      for number = 1, 4 do
        assert.matches(("Thread %d\t"):format(number), ran.output)
      end
    end)

    it("in a state limited to two megabytes", function()
      local ran <const> = run_host("consumer/host_embedded", { "--limit", tostring(2 << 20), script })
      assert.equal("", ran.errors)
      assert.equal(0, ran.status)
    end)

    it("or reports a lack of memory, without leaks, in states with lower limits", function()
      for limit = 20000, 400000, 19000 do
        local ran <const> = run_host("consumer/host_embedded", { "--limit", tostring(limit), script })
        assert.equal(1, ran.status)
        assert.matches("^host: [^\n]*not enough memory[^\n]*\n$", ran.errors)
      end
    end)
  end)

  describe("makes one executable of the examples", function()
    setup(function()
      build(
        root .. "/examples/embed",
        base:at "embed",
        "-DCMAKE_C_FLAGS='-Wall -Wextra -Werror' -DCMAKE_PREFIX_PATH=" .. prefix
      )
    end)

    local function run_example(name)
      local environment <const> = has_cjson and program.environment(service) or installed()
      for variable, value in pairs(program.environment(service)) do
        environment[variable] = value
      end
      if has_cjson then
        environment.LUA_PATH, environment.LUA_CPATH = NOTHING.LUA_PATH, NOTHING.LUA_CPATH
      end
      local script_of = { host = "script", epoll = "epoll" }
      return program.run(
        { base:at("embed/" .. name), ("%s/examples/embed/%s.lua"):format(root, script_of[name]) },
        environment
      )
    end

    it("host, which runs a script", function()
      local ran <const> = run_example "host"
      assert.equal("", ran.errors)
      assert.matches('^the C core is in\tthe host\nbytenite job [%x-]+ "From a host" JOB_STATE_NEW\n$', ran.output)
    end)

    it("epoll, which drives calls in its own loop", function()
      local ran <const> = run_example "epoll"
      assert.equal("", ran.errors)
      for _, name in ipairs { "Morning batch", "Noon batch", "Evening batch" } do
        assert.matches(('bytenite job [%%x-]+ "%s" JOB_STATE_NEW\n'):format(name), ran.output)
      end
      assert.matches("\n[1-9]%d* ticks meanwhile\n$", ran.output)
    end)

    it("epoll, which exits with the error of a script", function()
      local ran <const> = program.run { base:at "embed/epoll", "/nonexistent.lua" }
      assert.equal(1, ran.status)
      assert.matches("cannot open /nonexistent%.lua", ran.errors)
    end)
  end)

  it("lets ctest run each spec separately, against the core it built", function()
    local listed <const> = must_run(("ctest --test-dir %s -N"):format(base:at "build"))
    assert.matches("spec/packaging/cmake_spec%.lua", listed)
    local ran <const> =
      must_run(("ctest --test-dir %s -R '^spec/base/time_spec.lua$' --verbose"):format(base:at "build"))
    assert.matches("[1-9]%d* passed, 0 failed", ran)
    assert.matches("100%% tests passed, 0 tests failed out of 1", ran)
  end)
end)

describe("the source tree as a part of another build", function()
  local base

  before_each(function()
    base = folder.new()
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  it("builds only what is linked and installs nothing: FetchContent, with Ninja for several configurations", function()
    local clang <const> = run("command -v clang").status == 0 and "clang" or "cc"
    -- Like the folder of lua-cjson's sources, for which Debian has no package.
    assert(lfs.mkdir(base:at "cjson"))
    base:write("cjson/fpconv.c", "void fpconv_init(void);\nvoid fpconv_init(void) {}\n")
    base:write("cjson/strbuf.c", 'const char *text(void);\nconst char *text(void) { return "from its sources"; }\n')
    base:write(
      "cjson/lua_cjson.c",
      "#include <lua.h>\nconst char *text(void);\nint luaopen_cjson(lua_State *L);\n"
        .. "int luaopen_cjson(lua_State *L) {\n  lua_pushstring(L, text());\n  return 1;\n}\n"
    )
    local options = ("-G 'Ninja Multi-Config' -DHOW=fetch -DSOURCE=%s -DCMAKE_C_COMPILER=%s"):format(root, clang)
    options = options .. " -DBYTENITE_EMBED_CJSON=" .. base:at "cjson"
    local output <const> = build(CONSUMER, base:at "build", options, "--config Debug")
    assert.matches("build type: ''", output)
    assert.matches("/host_embedded\n", must_run(("find %s -name 'host_*' -type f"):format(base:at "build")))
    assert.equal("", must_run(("find %s -name 'core.so'"):format(base:at "build")))
    local ran <const> = program.run { base:at "build/Debug/host_static" }
    assert.equal(2, ran.status) -- it starts, and prints its usage
    local script <const> = base:write("cjson.lua", "print((require 'cjson'))")
    assert.equal("from its sources\n", must_run(("%s %s"):format(base:at "build/Debug/host_embedded", script)))
    must_run(("cmake --install %s --config Debug --prefix %s"):format(base:at "build", base:at "prefix"))
    assert.equal(base:at "prefix/bin/host_static" .. "\n", must_run(("find %s -type f"):format(base:at "prefix")))
  end)

  it("does not disturb the project: add_subdirectory, with warnings that are not errors", function()
    local options <const> = ("-DHOW=subdirectory -DSOURCE=%s"):format(root)
    local output <const> = must_run(("cmake -S %s -B %s %s"):format(CONSUMER, base:at "build", options))
    assert.matches("build type: ''", output)
    local flags <const> =
      must_run(("cat %s/bytenite/CMakeFiles/bytenite_static.dir/flags.make"):format(base:at "build"))
    assert.is_nil(flags:find("-Werror", 1, true))
    assert.equal("", must_run(("find %s -name 'compile_commands.json'"):format(base:at "build")))
  end)
end)

describe("CMake", function()
  local base

  before_each(function()
    base = folder.new()
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  local function configure(option)
    local ran <const> = run(("cmake -S %s -B %s %s"):format(root, base:at "build", option))
    return ran.status, ran.errors:gsub("%s+", " ")
  end

  it("names the package with Lua's headers if they are missing", function()
    local status <const>, errors <const> = configure "-DLUA_INCLUDE_DIR=/nonexistent"
    assert.equal(1, status)
    assert.matches("Lua's headers were not found%. Install them: liblua5%.4%-dev", errors)
  end)

  it("names the package with libcurl's headers if they are missing", function()
    local status <const>, errors <const> = configure "-DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON"
    assert.equal(1, status)
    assert.matches("libcurl 7%.88 or newer was not found%. Install its headers: libcurl4%-openssl%-dev", errors)
  end)

  it("refuses headers of another Lua", function()
    base:write("lua.h", "#define LUA_VERSION_NUM\t\t501\n")
    local status <const>, errors <const> = configure("-DLUA_INCLUDE_DIR=" .. base:at ".")
    assert.equal(1, status)
    assert.matches("is neither Lua 5%.4's nor 5%.5's; set LUA_INCLUDE_DIR", errors)
  end)

  it("has presets", function()
    local listed <const> = must_run "cmake --list-presets"
    for _, name in ipairs { "default", "debug", "sanitize", "clang", "multi" } do
      assert.matches('"' .. name .. '"', listed)
    end
  end)
end)
