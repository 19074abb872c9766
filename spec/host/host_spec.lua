-- The C units that know no Lua: the tests of spec/host/, which mirrors src/. Every test runs in its
-- own process, under the sanitizers when scripts/asan runs it.
local is_sanitized <const> = os.getenv "SPEC_SANITIZES" ~= nil
local FOLDER <const> = is_sanitized and "build/asan/host" or "build/host"
local SANITIZERS <const> = "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- Runs a command. Returns its output and whether it succeeded.
local function run(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1"))
  local output <const> = pipe:read "a"
  return output, pipe:close() == true
end

local built <const>, is_built <const> =
  run(("make -s -f spec/host/Makefile FOLDER=%s FLAGS='%s'"):format(FOLDER, is_sanitized and SANITIZERS or "-O1"))

describe("the C unit", function()
  it("tests compile", function()
    assert.is_true(is_built, built)
  end)

  if not is_built then return end
  for name in run(FOLDER .. "/host"):gmatch "[^\n]+" do
    it(name, function()
      local output <const>, passed <const> =
        run(("ASAN_OPTIONS=detect_leaks=1 %s/host %s"):format(FOLDER, quoted(name)))
      assert.is_true(passed, output)
    end)
  end
end)
