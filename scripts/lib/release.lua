--- release.lua: the version where it is written, for scripts/release.
---
---   lua5.4 scripts/lib/release.lua check "v0.1.0 v0.2.0"
---   lua5.4 scripts/lib/release.lua write "v0.1.0" 0.2.0 2026-12-01
local VERSION <const> = "%d+%.%d+%.%d+"

local action <const>, tags <const>, wanted <const>, date <const> = table.unpack(arg)

local function fail(message, ...)
  io.stderr:write("bytenite: ", message:format(...), "\n")
  os.exit(1)
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a" or fail("%s is not there", path)
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
end

-- Replaces the one place in a file that a pattern with three captures finds.
local function replace(path, pattern, text)
  local changed <const>, count <const> = read(path):gsub(pattern, function(before, _, after)
    return before .. text .. after
  end)
  if count ~= 1 then fail("%s has %d places for the version", path, count) end
  write(path, changed)
end

-- Where the version stands: the file, and a pattern that finds what is before it, the version, and what is after it.
local places <const> = {
  { "CMakeLists.txt", "(project%(bytenite VERSION )(" .. VERSION .. ")( )" },
  { "lua/bytenite/client.lua", '(version = ")(' .. VERSION .. ')(")' },
}

local function version_in(place)
  local _ <const>, version <const> = read(place[1]):match(place[2])
  return version or fail("%s has no version", place[1])
end

local function is_newer(version, other)
  local parts <const> = {}
  for number in (version .. "." .. other):gmatch "%d+" do
    parts[#parts + 1] = math.tointeger(number)
  end
  for index = 1, 3 do
    if parts[index] ~= parts[index + 3] then return parts[index] > parts[index + 3] end
  end
  return false
end

-- Returns the versions in CHANGELOG.md that are released, the newest first.
local function released()
  local versions <const> = {}
  for version in read("CHANGELOG.md"):gmatch("\n## %[(" .. VERSION .. ")%] %- %d%d%d%d%-%d%d%-%d%d\n") do
    versions[#versions + 1] = version
  end
  return versions
end

local function rockspec_path(version)
  return ("rockspecs/bytenite-%s-1.rockspec"):format(version)
end

-- Returns the rockspec of a version, made from the one of the working tree.
local function rockspec(version)
  local text = read "bytenite-scm-1.rockspec"
  local function set(pattern, with)
    local changed <const>, count <const> = text:gsub(pattern, with)
    if count ~= 1 then fail("bytenite-scm-1.rockspec has %d places for %s", count, with) end
    text = changed
  end
  set("^%-%- scripts/release [^\n]*\n", "-- Made by scripts/release from bytenite-scm-1.rockspec.\n")
  set('\nversion = "scm%-1"', ('\nversion = "%s-1"'):format(version))
  set('(\n  url = [^\n]+ "%.git",)', ('%%1\n  tag = "v%s",'):format(version))
  return text
end

-- Fails unless all places have the same version. Returns it.
local function check()
  local version <const> = version_in(places[1])
  for _, place in ipairs(places) do
    if version_in(place) ~= version then
      fail("%s says %s, %s says %s", places[1][1], version, place[1], version_in(place))
    end
  end
  local newest <const> = released()[1]
  if newest and newest ~= version then fail("the newest version in CHANGELOG.md is %s, not %s", newest, version) end
  for _, old in ipairs(released()) do
    local _, of_version = read(rockspec_path(old)):match '\nversion = "(.-)%-1".-\n  tag = "v(.-)"'
    if of_version ~= old then fail("%s is not the rockspec of %s", rockspec_path(old), old) end
    if not (" " .. tags .. " "):find(" v" .. old .. " ", 1, true) then fail("there is no tag v%s", old) end
  end
  for tag in tags:gmatch("v(" .. VERSION .. ")") do
    if not read("CHANGELOG.md"):find("\n## [" .. tag .. "] - ", 1, true) then
      fail("CHANGELOG.md does not have %s, which is a tag", tag)
    end
  end
  return version, newest
end

if action == "check" then
  local version <const>, newest <const> = check()
  print(("%s, %s"):format(version, newest and "released" or "to be released"))
elseif action == "write" then
  local version <const>, newest <const> = check()
  if not wanted:find("^" .. VERSION .. "$") then fail("%s is no version", wanted) end
  if newest and not is_newer(wanted, newest) then fail("%s is not newer than %s", wanted, newest) end
  if is_newer(version, wanted) then fail("the tree is %s already", version) end
  local changelog <const> = read "CHANGELOG.md"
  local before <const>, changes <const> = changelog:match "^(.-\n## %[Unreleased%]\n)(.*)$"
  if not changes:find "^%s*###" then fail "CHANGELOG.md has nothing under [Unreleased]" end
  write("CHANGELOG.md", ("%s\n## [%s] - %s\n%s"):format(before, wanted, date, changes))
  for _, place in ipairs(places) do
    replace(place[1], place[2], wanted)
  end
  os.execute "mkdir -p rockspecs"
  write(rockspec_path(wanted), rockspec(wanted))
else
  fail "usage: release.lua check TAGS | write TAGS VERSION DATE"
end
