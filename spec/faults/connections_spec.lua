-- Faults of connections, and on the way to them. Rows with a time limit have the tag #timing.
local suite <const> = require "spec.faults.suite"

suite(
  { describe = describe, it = it, setup = setup, teardown = teardown },
  { "connecting", "kept", "local", "proxy", "tokens" }
)
