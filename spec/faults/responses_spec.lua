-- What a server can send as a response. Rows with a time limit have the tag #timing.
local suite <const> = require "spec.faults.suite"

suite({ describe = describe, it = it, setup = setup, teardown = teardown }, { "cuts", "malformed", "statuses" })
