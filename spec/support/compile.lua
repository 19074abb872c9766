--- Compiles the small C programs that specs need, into temporary folders.
local lfs <const> = require "lfs"

local compile <const> = {}

local folder_of_sources <const> = debug.getinfo(1, "S").source:match "^@(.*)compile%.lua$" .. "c/"

local Folder <const> = {}
Folder.__index = Folder

local function lua_flags(option)
  local pipe <const> =
    assert(io.popen(("pkg-config --%s lua5.4 2>/dev/null || echo -I/usr/include/lua5.4"):format(option)))
  local flags <const> = pipe:read "l" or ""
  pipe:close()
  return flags
end

local function run(command)
  local pipe <const> = assert(io.popen(command .. " 2>&1"))
  local output <const> = pipe:read "a"
  assert(pipe:close(), command .. "\n" .. output)
end

--- Makes a temporary folder; `__close` removes it.
function compile.folder()
  local name <const> = os.tmpname()
  os.remove(name)
  assert(lfs.mkdir(name))
  return setmetatable({ path = name }, Folder)
end

--- Compiles a Lua module.
---@param name string of spec/support/c/<name>.c, and of the module
---@return function # luaopen_<name>
function Folder:module(name)
  local target <const> = ("%s/%s.so"):format(self.path, name)
  run(
    ("cc -std=gnu11 -O1 -Wall -Werror -Isrc -shared -fPIC %s -o %s %s%s.c"):format(
      lua_flags "cflags",
      target,
      folder_of_sources,
      name
    )
  )
  return assert(package.loadlib(target, "luaopen_" .. name))
end

--- Compiles a library to be preloaded into a process.
---@param name string of spec/support/c/<name>.c
---@return string # its path
---@usage child.run(source, { LD_PRELOAD = folder:preload "system_certificates" })
function Folder:preload(name)
  local target <const> = ("%s/%s.so"):format(self.path, name)
  run(("cc -std=gnu11 -O1 -Wall -Werror -shared -fPIC -o %s %s%s.c -ldl"):format(target, folder_of_sources, name))
  return target
end

--- Compiles a program that contains Lua.
---@param name string of spec/support/c/<name>.c
---@return string # its path
function Folder:program(name)
  local target <const> = ("%s/%s"):format(self.path, name)
  local source <const> = folder_of_sources .. name .. ".c"
  -- The C core looks for Lua's functions in the program: -E exports them.
  run(
    ("cc -std=gnu11 -O1 -Wall -Werror %s -o %s %s -Wl,-E -llua5.4 -lpthread -lm -ldl"):format(
      lua_flags "cflags",
      target,
      source
    )
  )
  return target
end

--- Compiles the C core of a tree.
---@param tree string its folder
---@param target string the file to make
---@param options string|nil further options of the compiler
function compile.core_of(tree, target, options)
  local command <const> = "cd '%s' && cc -std=gnu11 -O0 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden "
    .. "-Iinclude -Isrc %s %s $(find src -name '*.c') -o %s -lcurl -Wl,-z,nodelete"
  run(command:format(tree, lua_flags "cflags", options or "", target))
end

--- Compiles a C core other than the one in build/.
---@param name string of the file to make
---@param options string further options of the compiler
---@return string # Lua code that makes it the core of the process that runs the code
---@usage folder:core("no_poller", "-DBYTENITE_NO_POLLER")
function Folder:core(name, options)
  local target <const> = ("%s/%s.so"):format(self.path, name)
  compile.core_of(".", target, options)
  return ("package.preload['bytenite.core'] = assert(package.loadlib('%s', 'luaopen_bytenite_core'))"):format(target)
end

function Folder:__close()
  for name in lfs.dir(self.path) do
    if name ~= "." and name ~= ".." then os.remove(self.path .. "/" .. name) end
  end
  lfs.rmdir(self.path)
end

return compile
