-- The first steps of a newcomer on a machine that lacks something: each ends in a line that says
-- what to do next. The machines are folders of commands, the only ones on PATH, with fakes of
-- apt-get, id and uname.
local lfs <const> = require "lfs"

local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"

local root <const> = lfs.currentdir()

-- The commands that the scripts use before they have installed anything.
local COMMANDS <const> = "sh awk cat cut date dirname env grep head id lua5.4 mkdir mktemp paste printf rm sed sleep sort tail "
  .. "tee touch tr uname cc cmake make"

describe("on a machine", function()
  local machine

  before_each(function()
    machine = folder.new()
    assert(lfs.mkdir(machine:at "bin"))
    for name in COMMANDS:gmatch "%S+" do
      os.execute(('ln -s "$(command -v %s)" %s/bin/ 2>/dev/null'):format(name, machine.path))
    end
  end)

  after_each(function()
    getmetatable(machine).__close(machine)
  end)

  local function remove(name)
    os.remove(machine:at("bin/" .. name))
  end

  local function add(name, text)
    remove(name)
    machine:write("bin/" .. name, "#!/bin/sh\n" .. text .. "\n")
    assert(os.execute("chmod +x " .. machine:at("bin/" .. name)))
  end

  -- Runs scripts/demo there. Returns its output, and the last line.
  local function demo(environment)
    local settings <const> = { PATH = machine:at "bin" }
    for name, value in pairs(environment or {}) do
      settings[name] = value
    end
    local ran <const> = program.run({ "scripts/demo" }, settings)
    assert.equal(1, ran.status, ran.output .. ran.errors)
    assert.equal("", ran.output)
    return ran.errors, ran.errors:match "([^\n]*)\n$"
  end

  local function be_root()
    add("id", "echo 0")
  end

  it("without a compiler, if nothing may be installed, it says which packages to install", function()
    remove "cc"
    add("apt-get", "exit 9")
    local said <const>, last <const> = demo { BYTENITE_NO_INSTALL = "1" }
    assert.matches("\n  cc +compiles the C core %(package: gcc%)\n", said)
    assert.matches("^bytenite: BYTENITE_NO_INSTALL=1 .* as root: apt%-get update && apt%-get install .* gcc ", last)
  end)

  it("without a compiler and without root, it says what to type as root", function()
    remove "cc"
    add("apt-get", "exit 9")
    add("id", "echo 1000")
    local _ <const>, last <const> = demo()
    assert.matches(
      "^bytenite: run this as root, then scripts/demo again: apt%-get update && apt%-get install .* gcc ",
      last
    )
  end)

  it("without a package manager, it says what to install by hand", function()
    remove "cc"
    local _ <const>, last <const> = demo()
    assert.matches(
      "^bytenite: none of apt, dnf, apk and brew is here: install by hand, then run scripts/demo again: cc ",
      last
    )
  end)

  it("without a network, it shows what went wrong, and says to check the network", function()
    remove "cc"
    be_root()
    add("apt-get", 'echo "Temporary failure resolving" >&2; exit 100')
    local said <const>, last <const> = demo()
    assert.matches("\nTemporary failure resolving\n", said)
    assert.matches("^bytenite: the packages could not be installed, see above: check the network", last)
  end)

  it("with packages to install, it shows them, and says if something is missing afterwards", function()
    remove "cc"
    be_root()
    add(
      "apt-get",
      [[case " $* " in *" install "*)
        echo 'Reading package lists...'
        echo 'Get:1 http://deb.example.org/debian bookworm/main amd64 gcc amd64 4:12.2.0-3 [5216 B]'
        echo 'Unpacking gcc (4:12.2.0-3) ...'
        echo 'Setting up gcc (4:12.2.0-3) ...' ;;
      esac]]
    )
    local said <const>, last <const> = demo()
    assert.matches("^bytenite: installing: gcc [^\n]*\n  fetching gcc\n  Unpacking gcc\n  Setting up gcc\n", said)
    assert.matches("^bytenite: not found though installed: cc %(gcc%),", last)
  end)

  it("with only another version of Lua, it names the package of Lua 5.4", function()
    remove "lua5.4"
    add("lua", "exit 1")
    add("apt-get", "exit 9")
    local said <const>, last <const> = demo { BYTENITE_NO_INSTALL = "1" }
    assert.matches("\n  lua5%.4 +runs the module and the examples %(package: lua5%.4%)\n", said)
    assert.matches(" install .* lua5%.4 ", last)
  end)
end)

describe("require 'bytenite'", function()
  it("without lua-cjson, raises one line that says how to get it", function()
    local ran <const> = program.lua({ "-e", "print(select(2, pcall(require, 'bytenite')))" }, {
      LUA_PATH = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua",
      LUA_CPATH = root .. "/build/?.so",
    })
    assert.equal(
      "bytenite needs lua-cjson: luarocks install lua-cjson (Debian and Ubuntu: apt-get install lua-cjson)\n",
      ran.output
    )
  end)

  it("says why an installed lua-cjson cannot be loaded", function()
    local script <const> = "package.preload.cjson = function() error('broken', 0) end print(pcall(require, 'bytenite'))"
    local ran <const> = program.lua({ "-e", script })
    assert.equal("false\tbroken\n", ran.output)
  end)
end)

describe("the commands in a checkout", function()
  for _, name in ipairs { "bytenite", "bytenite-sandbox" } do
    it(("%s, if nothing was built, says how to build it"):format(name), function()
      local tree <close> = folder.new()
      assert(os.execute(("cp -R bin lua %s"):format(tree.path)))
      local ran <const> = program.run(
        { tree:at("bin/" .. name), "--help" },
        { LUA_PATH = package.path, LUA_CPATH = package.cpath:gsub("[^;]*build/%?%.so;?", "") }
      )
      assert.equal(1, ran.status)
      assert.equal(name .. ": the C core is not built: run scripts/build in the checkout\n", ran.errors)
    end)
  end
end)
