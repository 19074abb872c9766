--- rows.lua: all rows of the suite, by name.
---
--- Fields of a row:
---   name       a sentence about behaviour; unique
---   promise    the name of its promise in docs/promises.lua
---   over       protocols: "http", "tls" (HTTP/1.1), "h2" (HTTP/2 over TLS), "proxy"; by default
---              the first three
---   calls      expectations (see expect.lua) by the name of a call (see calls.lua)
---   options    of the client; by default one retry and timeouts of 5 s
---   events     true: the client has an on_event, and its events are counted
---   warm       true: a successful call comes first, so that the fault affects a kept connection
---   warm_call  like `warm`, with the name of the call
---   next_retries, next_timeout, has_no_next   of the call that must succeed afterwards; by default
---              one retry and 5 s
---   memory     MiB by which the process may grow
---   is_timed   true: a slow machine can break the row; implied by short timeouts
---   test       instead of `calls`: a function that gets a table with complaints, remote, base (the
---              server's address) and connect (makes a client)
--- The server (see scenario.lua) uses these fields:
---   fault      what happens to each request: function(peer, request); if it returns "reply", the
---              request gets the usual response
---   times      the number of requests with the fault; by default all
---   aim        "access_token" if the fault is for the token exchange
---   connect    what happens to a new connection before TLS: function(wire, number); if it returns
---              "serve", the connection is served as usual
---   greet      what happens to a new connection after TLS and HTTP/2's prefaces: function(peer)
---   idle       what happens to kept connections before the call: function(peer)
---   settings, keeps_windows   of all HTTP/2 connections, including those of the warm phase
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

--- Returns whether a slow machine or a larger process can break a row: it has short timeouts, or a
--- memory limit.
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
