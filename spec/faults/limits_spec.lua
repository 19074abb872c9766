-- Limits of time, size and memory, and transfers of files: #timing.
local suite <const> = require "spec.faults.suite"

suite({ describe = describe, it = it, setup = setup, teardown = teardown }, { "limits", "transfers" })
