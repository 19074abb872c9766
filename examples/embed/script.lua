-- What the host runs: an ordinary script.
local bytenite = require "bytenite"

print("the C core is in", package.searchpath("bytenite.core", package.cpath) or "the host")

local client <close> = bytenite.new()
local job = assert(client:create_job { templateId = "img-gen", name = "From a host" })
print(assert(job:set_configs { jobTimeout = 7200 }))
