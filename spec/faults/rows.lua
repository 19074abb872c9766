--- rows.lua: all rows of the suite, by name.
---
--- A row is
---   name       a sentence about behaviour; unique
---   promise    the rule of DESIGN 5 that it holds, in a few words
---   over       the protocols: "http", "tls" (HTTP/1.1), "h2" (HTTP/2 over TLS), "proxy"; the first three unless given
---   calls      expectations (see expect.lua) by the name of a call (see calls.lua)
---   options    of the client; one retry and timeouts of 5 s unless given
---   events     the client has an on_event, whose events are counted
---   warm       a good call comes first, so that the faults meet a kept connection
---   warm_call  as `warm`, with the name of the call
---   next_retries, next_timeout, has_no_next   of the call that must succeed afterwards; one retry and 5 s unless given
---   memory     MiB by which the process may grow
---   is_timed   the row holds only on a machine that is not slow; true by itself for rows with timeouts
---   test       in place of `calls`: a function that gets a table with complaints, remote, base (the
---              server's address) and connect (makes a client)
--- and, run by the server (see scenario.lua),
---   fault      what is done to each request: function(peer, request); if it returns "reply", the request gets its usual
---              response
---   times      to how many of the requests; all unless given
---   aim        "access_token" if the token exchange is what the fault is for
---   connect    what is done to a new connection before TLS: function(wire, number); if it returns "serve", the connection is
---              served as usual
---   greet      what is done to a new connection after TLS and HTTP/2's prefaces: function(peer)
---   idle       what is done to kept connections before the call: function(peer)
---   settings, keeps_windows   of HTTP/2 connections, those of the warm phase too
---   certificate, port         see certificates.lua and scenario.lua
local rows <const> = {}

local FILES <const> = {
  connecting = true,
  cuts = true,
  http2_connections = true,
  http2_shared = true,
  http2_streams = true,
  kept = true,
  limits = true,
  ["local"] = true,
  malformed = true,
  proxy = true,
  statuses = true,
  tokens = true,
  transfers = true,
}

local by_name <const>, by_file <const> = {}, {}

for file in pairs(FILES) do
  by_file[file] = require("spec.faults.rows_" .. file)
  for _, row in ipairs(by_file[file]) do
    assert(not by_name[row.name], row.name)
    by_name[row.name] = row
    row.over = row.over or { "http", "tls", "h2" }
  end
end

--- Returns the rows of some files.
---@param files string[] names of files, without `rows_`
---@return table[]
function rows.of(files)
  local list <const> = {}
  for _, file in ipairs(files) do
    table.move(by_file[file], 1, #by_file[file], #list + 1, list)
  end
  return list
end

--- Tells whether a row holds only on a machine that is not slow: for short timeouts, or for the memory of an ordinary process.
---@param row table
---@return boolean
function rows.has_limits(row)
  local options <const> = row.options or {}
  return row.memory ~= nil
    or (options.timeout or options.connect_timeout or options.deadline) ~= nil
    or row.is_timed
    or false
end

--- Returns a row.
---@param name string
---@return table
function rows.find(name)
  return assert(by_name[name], name)
end

return rows
