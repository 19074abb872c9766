-- What a server can send as a response. Some rows have a time limit: #timing.
local suite <const> = require "spec.faults.suite"

suite({ describe = describe, it = it, setup = setup, teardown = teardown }, { "cuts", "malformed", "statuses" })
