-- Run by every host of scripts/hosts: loads the module and makes the four updates. Works in any
-- version of Lua, so that a host with another version can report it.
local keeps_client = ... -- a host with an event loop gets the client, and the function to call in a task

if _VERSION ~= "Lua 5.4" then return _VERSION end

package.path = "@ROOT@/lua/?.lua;@ROOT@/lua/?/init.lua"
package.cpath = "@ROOT@/build/?.so;" .. package.cpath .. ";/usr/local/lib/lua/5.4/?.so;/usr/lib/lua/5.4/?.so"
local bytenite = require "bytenite"

local client = bytenite.new { base_url = "@URL@", api_key = "@KEY@", ca_file = "@CA@", proxy = "" }

-- Makes the updates of one job. Raises errors.
local function make()
  local job = assert(client:create_job { templateId = "img-gen", name = "Before" })
  assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
  assert(job:set_params { partitioner = {}, assembler = {}, app = { seed = 9007199254740993 } })
  assert(job:set_name "From a host")
  assert(job:set_configs { jobTimeout = 7200 })
  assert(job.dataSource.params.url == "https://example.org/in.txt" and job.name == "From a host")
  assert(job.params.app.seed == 9007199254740993 and job.config.jobTimeout == 7200)
  return "four updates made"
end

if keeps_client then return client, make end
local made = make()
client:close()
return made
