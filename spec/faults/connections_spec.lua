-- What can happen to connections, and on the way to them. Many rows have a time limit: #timing.
local suite <const> = require "spec.faults.suite"

suite(
  { describe = describe, it = it, setup = setup, teardown = teardown },
  { "connecting", "kept", "local", "proxy", "tokens" }
)
