--- hosts_page.lua: writes what scripts/hosts printed about a release into the table of docs/hosts.md.
---
---   lua5.4 scripts/lib/hosts_page.lua PAGE RELEASE DATE < LINES
local page <const>, release <const>, date <const> = table.unpack(arg)

local file = assert(io.open(page))
local before <const>, rows <const> = file:read("a"):match "^(.*\n| %-%-%-[^\n]*\n)(.*)$" -- the last table
file:close()
assert(before, page .. " has no table at its end")

local kept <const> = {}
for row in rows:gmatch "[^\n]+" do
  if row:match "^| (%S+)" ~= release then kept[#kept + 1] = row end
end
for line in io.lines() do
  local host <const>, result <const> = line:match "^(%S+): (.*)$"
  if host then kept[#kept + 1] = ("| %s | %s | %s | %s |"):format(release, host, result, date) end
end

file = assert(io.open(page, "w"))
file:write(before, table.concat(kept, "\n"), "\n")
file:close()
