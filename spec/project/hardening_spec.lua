-- Protections against memory errors that the compiler and the linker add to the C core.
local lfs <const> = require "lfs"

local CORE <const> = "build/bytenite/core.so"

-- Returns what a program prints, or nil if it fails.
local function output_of(command)
  local pipe <const> = assert(io.popen(command .. " 2>/dev/null"))
  local output <const> = pipe:read "a"
  return pipe:close() and output or nil
end

local is_elf <const> = lfs.attributes(CORE) and io.open(CORE, "rb"):read(4) == "\x7FELF"

describe("the C core", function()
  if not is_elf then return pending "the core is not an ELF file here" end

  local function read_elf(option)
    return assert(output_of(("LC_ALL=C readelf -W %s %s"):format(option, CORE)), "readelf is needed")
  end

  it("has its addresses resolved at load time, and read-only afterwards", function()
    local dynamic <const> = read_elf "-d"
    assert.matches("FLAGS_1%)%s+Flags:[^\n]*NOW", dynamic)
    assert.matches("GNU_RELRO", read_elf "-l", 1, true)
  end)

  it("is never unloaded, and its stack is not executable", function()
    assert.matches("FLAGS_1%)%s+Flags:[^\n]*NODELETE", read_elf "-d")
    assert.matches("GNU_STACK%s+%S+%s+%S+%s+%S+%s+%S+%s+%S+%s+RW%s", read_elf "-l")
  end)

  it("checks its stack frames", function()
    assert.matches("UND __stack_chk_fail", read_elf "--dyn-syms", 1, true)
  end)

  it("checks the sizes of its copies, if the C library can", function()
    local probe <const> =
      "printf '#include <stdio.h>\\n#ifndef __GLIBC__\\n#error\\n#endif\\n' | cc -fsyntax-only -x c -"
    if not output_of(probe) then return pending "this C library has no such functions" end
    assert.matches("UND __snprintf_chk", read_elf "--dyn-syms", 1, true)
  end)
end)
