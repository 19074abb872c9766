-- What luacheck looks for in the Lua code; every finding is an error.
std = "lua54"
max_line_length = 130 -- code is laid out for 120 by stylua; comments may go a little further
exclude_files = { "build", "lua_modules" }
files["spec"].std = "+busted"
files["*.rockspec"].std = "rockspec"
files[".luacheckrc"].std = "luacheckrc"

-- Scripts and configurations of other programs, with those programs' globals.
files["spec/hosts/*.lua"] = { global = false }
