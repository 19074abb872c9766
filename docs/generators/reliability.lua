--- Makes docs/reliability.md's generated part of what the suites reported.
---
--- A report has a line of JSON for each test. spec/faults writes `promise`, `name`, `protocol`, `call`, `passed` and
--- `seconds`; spec/servers writes a list `promises`, and `server`, `server_version` and `calls` too. A further line has
--- `about`: the versions with which the tests ran. scripts/fuzz writes a line with `fuzz` for each target: `target`, `inputs`,
--- `calls` and `date`.
local cjson <const> = require("cjson").new()
local figures <const> = require "figures" -- of bench/lib
local promises <const> = require "docs.promises"

-- As the fault suite abbreviates them.
local PROTOCOLS <const> = {
  http = "HTTP/1.1",
  tls = "HTTP/1.1 with TLS",
  h2 = "HTTP/2",
  proxy = "a proxy",
}
local IN_ORDER <const> = { "HTTP/1.1", "HTTP/1.1 with TLS", "HTTP/2", "a proxy", "nginx", "haproxy", "apache" }
local WIDTH <const> = 110 -- columns of the page

-- One promise of the fault suite, which has the tests of all statuses.
local ALL_STATUSES <const> = "the status decides about retries"

local promise_of_status <const> = {}
for _, promise in ipairs(promises) do
  for _, status in ipairs(promise.statuses or {}) do
    promise_of_status[status] = promise.name
  end
end

local reliability <const> = {}

---@class docs.Report
---@field about table
---@field rows table[]
---@field fuzz table[] runs of fuzz targets, none of which found anything
---@field is_of_servers boolean

-- The promises that a row of a report holds.
local function promises_of(row)
  if row.promises then return row.promises end
  local status <const> = row.promise == ALL_STATUSES and row.name:match "%f[%d]%d%d%d%f[%D]"
  return { status and promise_of_status[tonumber(status)] or row.promise }
end

--- Reads a report.
---@param path string
---@return docs.Report
function reliability.read(path)
  local report <const> = { about = {}, rows = {}, fuzz = {}, is_of_servers = false }
  for line in io.lines(path) do
    local row <const> = cjson.decode(line)
    if row.about then
      report.about = row.about
    elseif row.fuzz then
      table.insert(report.fuzz, row.fuzz)
    else
      row.promises = promises_of(row)
      row.protocol = PROTOCOLS[row.protocol] or row.protocol
      report.is_of_servers = report.is_of_servers or row.server ~= nil
      table.insert(report.rows, row)
    end
  end
  return report
end

-- Adds a value to a list, unless the list has it.
local function add_once(list, value)
  for _, known in ipairs(list) do
    if known == value then return end
  end
  table.insert(list, value)
end

-- Joins protocols or servers, in an order that does not depend on that of the tests.
local function join(list)
  local ordered <const> = {}
  for _, known in ipairs(IN_ORDER) do
    for _, value in ipairs(list) do
      if value == known then table.insert(ordered, value) end
    end
  end
  for _, value in ipairs(list) do
    add_once(ordered, value)
  end
  return table.concat(ordered, ", ")
end

-- Breaks a list item into lines.
local function wrap(text)
  local lines, line = {}, "-"
  for word in text:gmatch "%S+" do
    if #line + 1 + #word > WIDTH then
      table.insert(lines, line)
      line = " "
    end
    line = line .. " " .. word
  end
  table.insert(lines, line)
  return table.concat(lines, "\n")
end

local function counted(count, singular)
  return ("%s %s%s"):format(figures.with_thousands(count), singular, count == 1 and "" or "s")
end

local function has_promise(row, name)
  for _, promise in ipairs(row.promises) do
    if promise == name then return true end
  end
  return false
end

-- What the tests of one name were, over all reports.
local function new_kind(row)
  return {
    name = row.name,
    is_of_servers = row.server ~= nil,
    places = {},
    protocols = {},
    failed = {},
    tests = 0,
    calls = 0,
  }
end

local function add_test(kind, row, report)
  kind.tests = kind.tests + 1
  kind.calls = kind.calls + (row.calls or 0)
  add_once(kind.protocols, row.protocol)
  if row.server then add_once(kind.places, row.server) end
  if row.passed then return end
  local place <const> = row.server or "libcurl " .. (report.about.libcurl or "?")
  if not kind.failed[place] then
    kind.failed[place] = {}
    table.insert(kind.failed, place)
  end
  add_once(kind.failed[place], row.protocol)
end

-- The kinds of tests that hold a promise: first those of the fault suite.
local function kinds_of(reports, name)
  local kinds <const>, by_name <const> = {}, {}
  for _, report in ipairs(reports) do
    for _, row in ipairs(report.rows) do
      if has_promise(row, name) then
        if not by_name[row.name] then
          by_name[row.name] = new_kind(row)
          table.insert(kinds, by_name[row.name])
        end
        add_test(by_name[row.name], row, report)
      end
    end
  end
  table.sort(kinds, function(one, other)
    if one.is_of_servers ~= other.is_of_servers then return other.is_of_servers end
    return one.name < other.name
  end)
  return kinds
end

-- Where the tests of a kind ran.
local function describe_place(kind)
  local over <const> = "over " .. join(kind.protocols)
  return kind.is_of_servers and ("behind %s, %s"):format(join(kind.places), over) or over
end

-- Where some of them failed; nil if none did.
local function describe_failures(kind)
  if #kind.failed == 0 then return nil end
  local places <const> = {}
  for index, place in ipairs(kind.failed) do
    places[index] = ("%s: %s"):format(place, join(kind.failed[place]))
  end
  table.sort(places)
  return ("**FAILS** with %s"):format(table.concat(places, "; "))
end

-- A promise's tests as list items, one for each place where tests ran, or failed.
local function describe_kinds(kinds)
  local items <const>, names_by_head <const> = {}, {}
  for _, kind in ipairs(kinds) do
    local head <const> = describe_failures(kind) or ("*%s*"):format(describe_place(kind))
    if not names_by_head[head] then
      names_by_head[head] = {}
      table.insert(items, head)
    end
    table.insert(names_by_head[head], kind.name)
  end
  for index, head in ipairs(items) do
    items[index] = wrap(("%s: %s"):format(head, table.concat(names_by_head[head], "; ")))
  end
  return items
end

-- A promise's row of the table: how many tests hold it, and whether they passed.
local function summarize(promise, kinds)
  local faults, tests, checks, calls, failed = 0, 0, 0, 0, 0
  for _, kind in ipairs(kinds) do
    if kind.is_of_servers then
      checks, calls = checks + kind.tests, calls + kind.calls
    else
      faults, tests = faults + 1, tests + kind.tests
    end
    if #kind.failed > 0 then failed = failed + 1 end
  end
  local verdict = "holds"
  if #kinds == 0 then
    verdict = "**no test**"
  elseif failed > 0 then
    verdict = ("**%d of %d fail**"):format(failed, #kinds)
  end
  return ("| %s | %s | %s | %s |"):format(
    promise.title or promise.name,
    faults > 0 and ("%s, %s"):format(counted(faults, "fault"), counted(tests, "test")) or "",
    checks > 0 and ("%s, %s"):format(counted(checks, "check"), counted(calls, "call")) or "",
    verdict
  ),
    verdict == "holds"
end

-- What a report is about, as a list item.
local function describe_report(report)
  local names <const>, protocols <const>, servers <const> = {}, {}, {}
  local kinds, calls, failed, seconds = 0, 0, 0, 0
  for _, row in ipairs(report.rows) do
    if not names[row.name] then
      names[row.name], kinds = true, kinds + 1
    end
    add_once(protocols, row.protocol)
    if row.server then add_once(servers, ("%s %s"):format(row.server, row.server_version)) end
    calls, seconds = calls + (row.calls or 0), seconds + row.seconds
    if not row.passed then failed = failed + 1 end
  end
  local about <const> = report.about
  local size <const> = report.is_of_servers
      and ("%s with %s"):format(counted(#report.rows, "check"), counted(calls, "call"))
    or ("%s in %s"):format(counted(kinds, "fault"), counted(#report.rows, "test"))
  return wrap(
    ("%s with libcurl %s and Lua %s%s: %s, over %s%s; %s failed; %.0f s (%s)"):format(
      report.is_of_servers and "Real servers" or "Fault suite",
      about.libcurl or "?",
      about.lua or "?",
      about.release and (" (%s)"):format(about.release) or "",
      size,
      join(protocols),
      #servers > 0 and ", behind " .. table.concat(servers, ", ") or "",
      failed == 0 and "none" or tostring(failed),
      seconds,
      about.date or "?"
    )
  )
end

-- What the inputs of each fuzz target are.
local FUZZ_TARGETS <const> = {
  { name = "read", inputs = "texts read" },
  { name = "write", inputs = "values written" },
  { name = "methods", inputs = "programs of random calls" },
  { name = "text", inputs = "error texts" },
}

-- What the fuzz targets were fed in all runs, as a list item; nil if there were none.
local function describe_fuzz(reports)
  local inputs <const>, calls <const>, last = {}, {}, ""
  for _, report in ipairs(reports) do
    for _, run in ipairs(report.fuzz) do
      inputs[run.target] = (inputs[run.target] or 0) + run.inputs
      calls[run.target] = (calls[run.target] or 0) + run.calls
      if run.date > last then last = run.date end
    end
  end
  local parts <const> = {}
  for _, target in ipairs(FUZZ_TARGETS) do
    local count <const> = inputs[target.name]
    if count then
      table.insert(
        parts,
        ("%s %s%s"):format(
          figures.with_thousands(count),
          target.inputs,
          calls[target.name] > 0 and (" (%s)"):format(counted(calls[target.name], "call")) or ""
        )
      )
    end
  end
  if #parts == 0 then return nil end
  return wrap(
    ("Fuzzer with AddressSanitizer and UndefinedBehaviorSanitizer: %s; nothing found (%s)"):format(
      table.concat(parts, ", "),
      last
    )
  )
end

-- The promises of the page, and then those that only the reports name.
local function all_promises(reports)
  local all <const>, known <const> = {}, {}
  for _, promise in ipairs(promises) do
    table.insert(all, promise)
    known[promise.name] = true
  end
  for _, report in ipairs(reports) do
    for _, row in ipairs(report.rows) do
      for _, name in ipairs(row.promises) do
        if not known[name] then
          table.insert(all, { name = name, text = "" })
          known[name] = true
        end
      end
    end
  end
  return all
end

--- Returns the generated part of the page, and whether every promise has tests, all of which passed.
---@param reports docs.Report[]
---@return string
---@return boolean
function reliability.compose(reports)
  local all_hold = true
  local head <const>, sections <const> = { "| promise | faults | real servers | |", "|---|---|---|---|" }, {}
  for _, promise in ipairs(all_promises(reports)) do
    local kinds <const> = kinds_of(reports, promise.name)
    local line <const>, holds <const> = summarize(promise, kinds)
    all_hold = all_hold and holds
    table.insert(head, line)
    table.insert(sections, ("\n### %s\n"):format((promise.title or promise.name):gsub("^%l", string.upper)))
    if promise.text ~= "" then table.insert(sections, (wrap(promise.text):sub(3):gsub("\n  ", "\n")) .. "\n") end
    for _, item in ipairs(describe_kinds(kinds)) do
      table.insert(sections, item)
    end
    if #kinds == 0 then table.insert(sections, "No test of these suites holds it.") end
  end
  table.insert(head, "")
  for _, report in ipairs(reports) do
    if #report.rows > 0 then table.insert(head, describe_report(report)) end
  end
  table.insert(head, describe_fuzz(reports))
  return table.concat(head, "\n") .. "\n" .. table.concat(sections, "\n"), all_hold
end

return reliability
