--- Writes the generated part of docs/reliability.md.
--
--   lua5.4 docs/generate_reliability.lua REPORT...
--
-- Fails, after writing the page, if a promise has no test or a test failed.
local root <const> = (arg[0]:match "^(.*)/[^/]*$" or ".") .. "/../"
package.path = ("%s?.lua;%sbench/lib/?.lua;%s"):format(root, root, package.path)

local figures <const> = require "figures"
local reliability <const> = require "docs.generators.reliability"

local reports <const> = {}
for index, path in ipairs(arg) do
  reports[index] = reliability.read(path)
end

local text <const>, all_hold <const> = reliability.compose(reports)
figures.write_between(root .. "docs/reliability.md", "reliability", text)
print "written: docs/reliability.md"
if not all_hold then print "some promises have no test, or a test that fails" end
os.exit(all_hold, true)
