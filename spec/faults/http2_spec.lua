-- What a server can do over HTTP/2. Rows with a time limit have the tag #timing.
local suite <const> = require "spec.faults.suite"

suite(
  { describe = describe, it = it, setup = setup, teardown = teardown },
  { "http2_connections", "http2_shared", "http2_streams" }
)
