--- Makes every call of the module against Prism, which serves the contract and checks every
--- request, and checks what the module makes of every kind of response.
---
---   lua5.4 spec/contract/run.lua http://127.0.0.1:4010 [DRAWS]
---
--- DRAWS is the number of responses that Prism invents for a call (default 40). The exit status is
--- 0 if everything was right.
local bytenite <const> = require "bytenite"
local calls <const> = require "spec.contract.calls"
local contract <const> = require "spec.contract.init"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local expected <const> = require "spec.contract.expected"
local loop <const> = require "bytenite.loop.cqueues"
local openapi <const> = require "spec.contract.openapi"
local relay <const> = require "spec.contract.relay"
local samples <const> = require "spec.contract.samples"
local types <const> = require "spec.contract.types"

local PRISM <const>, DRAWS <const> = arg[1], tonumber(arg[2]) or 40
local TOKEN <const> = "a token"
local PRISM_PROBLEM <const> = "stoplight.io/prism/errors"
local STATUSES <const> = { 400, 401, 403, 404, 409, 418, 429, 500, 501, 503, 504 }

local controller <const> = cqueues.new()
local between <const> = relay.start(controller, PRISM)
local problems <const> = {}

-- Returns the path of a row's request.
local function path_of(row)
  return "/v1" .. row.path:gsub("{service}", "customer"):gsub("{jobId}", samples.JOB_ID)
end

local function new_client(credentials)
  local client <const> = bytenite.new {
    base_url = between.url .. "/v1",
    access_token = credentials.access_token,
    api_key = credentials.api_key,
    max_retries = 0,
  }
  return loop.attach(client, controller)
end

-- Makes a row's call with an input. `prefer` tells Prism how to respond. Returns the exchange, and
-- the results of the call.
local function make(name, input, prefer)
  local call <const>, row <const> = calls.rows[name], contract.operations.rows[name]
  between.seen, between.prefer, between.prefers_for = {}, prefer, path_of(row)
  local client <close> = new_client(call.by_key and { api_key = input } or { access_token = TOKEN })
  local ok <const>, got, problem = pcall(call.send, client, client:job(samples.JOB_ID), input)
  if not ok then
    got, problem = nil, got
  end
  for _, seen in ipairs(between.seen) do
    if seen.path == path_of(row) and seen.method == row.method then return seen, got, problem end
  end
  return nil, got, problem
end

local function complain(name, what, seen, problem)
  problems[#problems + 1] = ("%s, %s: %s\n  sent: %s\n  response: %s %s"):format(
    name,
    what,
    problem,
    seen and seen.body:sub(1, 2000) or "nothing",
    seen and seen.status or "none",
    seen and seen.response:sub(1, 4000) or ""
  )
end

local function verdict(before)
  return #problems == before and "fine" or ("%d problems"):format(#problems - before)
end

-- Returns a name in a query that the contract does not have. Prism does not check these.
local function unknown_in_query(row, query)
  for name in query:gmatch "([^&=]+)=" do
    if not (row.query and row.query[name]) then return name end
  end
end

-- Returns what is wrong with a request, according to Prism or because of its path.
local function wrong_request(name, seen, problem, is_raw)
  local row <const> = contract.operations.rows[name]
  if seen == nil then return "no request to its path, or no response: " .. tostring(problem) end
  if seen.violations then return "it breaks the contract: " .. seen.violations end
  if seen.response:find(PRISM_PROBLEM, 1, true) then return "Prism has a problem with it" end
  local unknown <const> = unknown_in_query(row, seen.query)
  if unknown then return "its query has a member unknown to the contract: " .. unknown end
  if is_raw then return seen.authorization ~= TOKEN and "it does not carry the token alone" or nil end
  if row.open and seen.authorization then return "it carries a token" end
  if not row.open and seen.authorization ~= TOKEN then return "it does not carry the token alone" end
  if #seen.body > 0 and seen.content_type ~= "application/json" then return "its body is not said to be JSON" end
end

-- Checks a token exchange by the next request, which must carry the token.
local function wrong_token(seen, got, problem)
  local response <const> = core.decode(seen.response, "AccessToken")
  local token <const> = response.token
  if type(token) ~= "string" or token == "" or token:find "[\0-\31\127]" then
    return got ~= nil and "no token, and yet a success" or nil
  end
  local after <const> = between.seen[2]
  if not after then return tostring(problem) end
  if after.authorization ~= token:match "^%s*(.-)%s*$" then return "the token is not what goes out" end
end

local function check_success(name, what, input, prefer)
  local seen <const>, got <const>, problem <const> = make(name, input, prefer)
  local wrong = wrong_request(name, seen, problem)
  if not wrong and seen.status ~= 200 then wrong = "it is not answered with 200" end
  if not wrong and name == "access_token" then
    wrong = wrong_token(seen, got, problem)
  elseif not wrong then
    local row <const> = contract.operations.rows[name]
    local id <const> = row.path:find("{jobId}", 1, true) and samples.JOB_ID or nil
    wrong = expected.of_success(row.result, seen.response, got, problem, id)
  end
  if wrong then complain(name, what, seen, wrong) end
end

-- A refused token has expired already, so signing out succeeds.
local function is_fine_for_sign_out(name, status, got)
  return name == "sign_out" and status == 401 and got == true
end

local function check_error(name, status, shape)
  local input <const> = select(2, next(calls.rows[name].inputs))
  local seen <const>, got <const>, problem <const> = make(name, input, ("code=%d, example=%s"):format(status, shape))
  local wrong = wrong_request(name, seen, problem)
  if not wrong and seen.status ~= status then wrong = "Prism answers something else" end
  if not wrong and not is_fine_for_sign_out(name, status, got) then
    wrong = expected.of_error(status, seen.response, got, problem)
  end
  if wrong then complain(name, ("status %d, %s"):format(status, shape), seen, wrong) end
end

local function check_row(name)
  local count <const> = { requests = 0, examples = 0, draws = 0, errors = 0 }
  local before <const> = #problems
  local inputs <const> = calls.rows[name].inputs
  for _, what in ipairs(types.names(inputs)) do
    check_success(name, what, inputs[what])
    count.requests = count.requests + 1
  end
  local _, input <const> = next(inputs)
  for _, example in ipairs(types.names(openapi.successes(contract.operations.rows[name].result))) do
    check_success(name, "response " .. example, input, "code=200, example=" .. example)
    count.examples = count.examples + 1
  end
  for draw = 1, DRAWS do
    check_success(name, "invented response " .. draw, input, "code=200, dynamic=true")
    count.draws = count.draws + 1
  end
  for _, status in ipairs(STATUSES) do
    for _, shape in ipairs(types.names(openapi.errors(status))) do
      check_error(name, status, shape)
      count.errors = count.errors + 1
    end
  end
  print(
    ("%-16s %3d requests, responses: %d examples, %d invented, %d errors: %s"):format(
      name,
      count.requests,
      count.examples,
      count.draws,
      count.errors,
      verdict(before)
    )
  )
  return count.requests + count.examples + count.draws + count.errors
end

-- Sends requests that break the contract. If Prism does not notice them, its silence about others
-- means nothing.
local function check_broken()
  local client <close> = new_client { access_token = TOKEN }
  local names <const> = types.names(calls.broken)
  local unnoticed = 0
  for _, name in ipairs(names) do
    between.seen = {}
    client:request(calls.broken[name])
    local seen <const> = between.seen[1]
    if not seen or not (seen.violations or seen.response:find(PRISM_PROBLEM, 1, true)) then
      unnoticed = unnoticed + 1
      complain("Prism", name, seen, "it lets pass what breaks the contract")
    end
  end
  print(("%-16s %3d requests that break the contract, %d unnoticed"):format("(broken)", #names, unnoticed))
  return #names
end

-- Returns the first problem with the requests of a call that makes several.
local function wrong_composite(least)
  if #between.seen < least then return ("%d requests, not %d"):format(#between.seen, least) end
  for _, seen in ipairs(between.seen) do
    if seen.status ~= 200 or seen.violations then return "it breaks the contract", seen end
    if seen.authorization ~= TOKEN then return "it does not carry the token alone", seen end
  end
end

local function check_composite()
  local names <const> = types.names(calls.composite)
  local before <const> = #problems
  local requests = 0
  for _, name in ipairs(names) do
    local one <const> = calls.composite[name]
    between.seen, between.prefer, between.prefers_for = {}, "code=200, example=usual", "all"
    local client <close> = new_client { access_token = TOKEN }
    local ok <const>, problem <const> = pcall(one.send, client, client:job(samples.JOB_ID))
    local wrong <const>, seen <const> = wrong_composite(one.least)
    if not ok then complain(name, "as usual", nil, tostring(problem)) end
    if wrong then complain(name, "as usual", seen, wrong) end
    requests = requests + #between.seen
  end
  print(("%-16s %3d requests in %d calls: %s"):format("(made of others)", requests, #names, verdict(before)))
  return requests
end

-- Returns a body for a row, as text.
local function body_of(row)
  if not row.body then return nil end
  return bytenite.encode(samples.value(contract.objects, (row.body:gsub("!$", "")), "usual"))
end

-- Sends each row's request with client:request.
local function check_raw()
  local before <const> = #problems
  local requests = 0
  for _, name in ipairs(types.names(calls.rows)) do
    local row <const> = contract.operations.rows[name]
    between.seen, between.prefer, between.prefers_for = {}, "code=200, example=usual", "all"
    local client <close> = new_client { access_token = TOKEN }
    local query <const> = row.query and { ["pagination.limit"] = 5, ["pagination.offset"] = 0 } or nil
    local path <const> = path_of(row):gsub("^/v1", "")
    local got <const> = client:request { method = row.method, path = path, query = query, body = body_of(row) }
    local seen <const> = between.seen[1]
    local wrong = wrong_request(name, seen, nil, true)
    if not wrong and (not got or got.status ~= 200 or got.body ~= seen.response) then wrong = "not what came" end
    if wrong then complain(name, "by client:request", seen, wrong) end
    requests = requests + 1
  end
  print(("%-16s %3d requests: %s"):format("(by request)", requests, verdict(before)))
  return requests
end

local function percent_decoded(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- Ids reach the server unchanged, and never turn a call into another one.
local function check_ids()
  local before <const> = #problems
  for _, id in ipairs(calls.odd_ids) do
    between.seen, between.prefer, between.prefers_for = {}, "code=200, example=usual", "all"
    local client <close> = new_client { access_token = TOKEN }
    local got <const>, problem <const> = client:job(id):abort()
    local seen <const> = between.seen[1]
    local sent <const> = seen and seen.path:match "^/v1/customer/jobs/([^/]*)/abort$"
    local wrong = wrong_request("abort", seen, problem) or (not got and tostring(problem) or nil)
    if not wrong and (not sent or percent_decoded(sent) ~= id) then wrong = "another path: " .. seen.path end
    if wrong then complain("abort", "id " .. id, seen, wrong) end
  end
  print(("%-16s %3d requests: %s"):format("(odd ids)", #calls.odd_ids, verdict(before)))
  return #calls.odd_ids
end

local function check_all()
  local total = check_broken() + check_composite() + check_raw() + check_ids()
  local rows = 0
  for _, operation in ipairs(core.operations) do
    local row <const> = contract.operations.rows[operation.name]
    if not row or (not row.stream and not calls.rows[operation.name]) then
      problems[#problems + 1] = operation.name .. ": no call of it is known here"
    elseif not row.stream then
      total = total + check_row(operation.name)
      rows = rows + 1
    end
  end
  for _, problem in ipairs(problems) do
    io.stderr:write(problem, "\n")
  end
  print(("%d calls of %d rows, %d problems"):format(total, rows, #problems))
end

local done = false
controller:wrap(function()
  local ok <const>, problem <const> = xpcall(check_all, debug.traceback)
  if not ok then problems[#problems + 1] = problem end
  if not ok then io.stderr:write(problem, "\n") end
  done = true
end)
while not done do
  assert(controller:step(1))
end
os.exit(#problems == 0 and 0 or 1, true)
