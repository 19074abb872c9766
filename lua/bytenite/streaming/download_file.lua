--- download_file.lua: fetches one file: resumes after a broken connection, and gives the file its
--- name when it is complete.
local call <const> = require "bytenite.call"
local errors <const> = require "bytenite.errors"
local response_headers <const> = require "bytenite.errors.response_headers"
local signed_url <const> = require "bytenite.streaming.signed_url"
local stream <const> = require "bytenite.streaming.body_stream"

local download_file <const> = {}

local file_error <const> = errors.file

local NAME_HINT <const> = "choose names of your own with file_name"

local Fetch <const> = { __name = "bytenite.Fetch" }
Fetch.__index = Fetch

local DECODED <const> = "Accept-Encoding: gzip, deflate"

-- Returns the headers of an attempt. They request only the bytes that are still missing, if
-- possible.
local function headers_of(fetch)
  local headers <const> = { "Accept: */*", fetch.decode and DECODED or "Accept-Encoding: identity" }
  local size <const> = fetch.file:size()
  fetch.asks_for_part = false
  -- without a validator, a part of another file could not be detected
  if size == 0 or not fetch.validator or fetch.is_decoded then return headers end
  fetch.asks_for_part = true
  headers[3] = ("Range: bytes=%d-"):format(size)
  headers[4] = "If-Range: " .. fetch.validator
  return headers
end

local function header_number(text)
  return text and text:find "^%d+$" and math.tointeger(tonumber(text))
end

-- Returns the validator of the content: a strong ETag, else the time of the last change, else nil.
local function validator_in(headers)
  local tag <const> = headers.etag
  return tag and not tag:find "^W/" and tag or headers["last-modified"]
end

local function wrong(message)
  return errors.new { kind = "protocol", message = message, retryable = true }
end

-- Returns the error of a part that does not continue the file, or nil. Stores the total size.
local function problem_with_part(fetch, headers)
  local validator <const> = validator_in(headers)
  local first <const>, total <const> = (headers["content-range"] or ""):match "^bytes (%d+)%-%d+/([%d*]+)$"
  local whole <const> = header_number(total)
  if fetch.validator and validator and validator ~= fetch.validator then
    return wrong "the server sent a part of another file"
  end
  local follows <const> = fetch.asks_for_part and header_number(first) == fetch.file:size()
  if not follows or (fetch.total and whole and whole ~= fetch.total) then
    return wrong "the server sent a different part of the file than the request asked for"
  end
  fetch.total = whole or fetch.total
  return nil
end

--- Reads the status and headers of a response: RFC 9110 sections 14.4 (Content-Range) and 13.1.5
--- (If-Range). Empties the file unless the response continues it.
---@return table|nil # an error
function Fetch:meet(attempt, status, headers)
  self.attempt, self.status = attempt, status
  if status == 206 then return problem_with_part(self, headers) end
  self.validator = validator_in(headers)
  self.is_decoded = self.decode and (headers["content-encoding"] or "identity") ~= "identity"
  self.total = not self.is_decoded and header_number(headers["content-length"]) or nil
  local restarted <const>, problem <const> = self.file:restart()
  return not restarted and file_error(("cannot write %s: %s"):format(self.name, problem)) or nil
end

-- Writes bytes of the response to the file. Returns an error, or nil.
local function write(fetch, bytes)
  local written <const>, problem <const> = fetch.file:write(bytes)
  if not written then return file_error(("cannot write %s: %s"):format(fetch.name, problem)) end
  fetch.on_progress(fetch.file:size(), fetch.total)
  return nil
end

local explain <const> = signed_url.explain "the link may have expired: job:results() gives new ones"

local NOTHING_BEHIND <const> = 416 -- RFC 9110 section 15.5.17: the file has no bytes in the range

local function decode_response(fetch)
  return function(exchange, _, _, status)
    local headers <const> = response_headers.join(exchange:headers())
    if status == 200 or status == 206 then return { status = status, headers = headers, bytes = exchange:body() } end
    local total <const> = header_number((headers["content-range"] or ""):match "^bytes %*/(%d+)$")
    if status == NOTHING_BEHIND and fetch.asks_for_part and total == fetch.file:size() then
      return { is_there = true } -- the connection broke after the last byte
    end
    return nil, "unexpected"
  end
end

local function plan_for(fetch, address)
  return {
    operation = {
      name = "download",
      method = "GET",
      repeatable = true,
      sent_once = false,
      authorized = false,
      any_success = true,
      raw = { url = address, headers = {} }, -- headers: see begin
    },
    decode_response = decode_response(fetch),
    accepts_status = NOTHING_BEHIND,
    classify = explain,
    stream = stream.plan {
      decode = fetch.decode,
      begin = function(self)
        self.exchange:set_headers(headers_of(fetch))
      end,
      may_repeat = function(self)
        local size <const> = fetch.file:size()
        if size > fetch.most then -- there was progress: start counting the retries again
          fetch.most = size
          self.retries = 0
        end
        return true
      end,
    },
  }
end

-- Writes what a call receives to the file until the call has ended. Ends the call if that fails.
local function take(get, fetch)
  while not get.done do
    local attempt <const>, status <const> = get.attempts, get.exchange:status()
    local bytes <const> = get.exchange:take()
    if bytes == "" then
      stream.await(get)
    else
      local problem <const> = attempt ~= fetch.attempt
          and fetch:meet(attempt, status, response_headers.join(get.exchange:headers()))
        or write(fetch, bytes)
      if problem then return get:abandon(problem) end
    end
  end
end

-- Writes the bytes that were left when the call ended. Returns an error, or nil.
local function take_rest(fetch, attempt, rest)
  if rest.is_there then
    fetch.total = fetch.file:size()
    return nil
  end
  local problem <const> = attempt ~= fetch.attempt and fetch:meet(attempt, rest.status, rest.headers) or nil
  if problem or (rest.bytes == "" and fetch.file:size() > 0) then return problem end
  return write(fetch, rest.bytes)
end

-- Returns whether the file is complete; or nil and an error. A server may send a smaller part than
-- the request asked for: then the next call fetches more.
local function is_whole(fetch, size_before)
  local size <const> = fetch.file:size()
  if not fetch.total or size == fetch.total then return true end
  if fetch.status == 206 and size > size_before and size < fetch.total then return false end
  return nil, wrong(("it ended after %d of %d bytes"):format(size, fetch.total))
end

-- Fetches the file, or a part of it. Returns whether the file is complete; or nil and an error.
local function fetch_part(client, fetch, address, limits)
  local size_before <const> = fetch.file:size()
  local get <close> = stream.open(client, plan_for(fetch, address), nil, nil, limits)
  fetch.attempt = 0
  take(get, fetch)
  local rest <const>, failure <const> = call.await(get)
  if failure then return nil, failure end
  local problem <const> = take_rest(fetch, get.attempts, rest)
  if problem then return nil, problem end
  return is_whole(fetch, size_before)
end

-- Gives the file its name. Returns true; or nil and an error.
local function commit(fetch, written)
  local occupant <const> = fetch.file:occupant()
  if occupant and written[occupant] then
    return nil, file_error(("two results would be written to the same file %s"):format(fetch.name), NAME_HINT)
  end
  if fetch.is_folder then
    if fetch.file:size() > 0 then
      return nil, file_error(("cannot write %s: it is not empty, and its name is that of a folder"):format(fetch.name))
    end
    local made <const>, trouble <const> = fetch.folder:make(fetch.name)
    return made or nil, not made and file_error(("cannot make %s: %s"):format(fetch.name, trouble)) or nil
  end
  local identity <const>, problem <const> = fetch.file:commit(fetch.replaces)
  if not identity then return nil, file_error(("cannot write %s: %s"):format(fetch.name, problem)) end
  written[identity] = true
  return true
end

--- Fetches a file.
---@param client table
---@param folder userdata core.folder
---@param wanted table name, relative to the folder; link; is_folder, whether it becomes a folder
---@param options table # its members:
---   replaces: whether to replace an existing file;
---   decode: whether to undo a Content-Encoding;
---   limits: the limits of each call;
---   written: the files written by this download, by identity: no file replaces another one;
---   on_progress(received, total): called after each piece, in bytes, total nil if unknown
---@return integer|nil # its size in bytes; nil and an error
---@return table|nil
function download_file.fetch(client, folder, wanted, options)
  local address <const>, unusable <const> =
    signed_url.check(client, ("the link of %s"):format(wanted.name), wanted.link)
  if not address then return nil, unusable end
  local file <close>, unwritable <const> = folder:create(wanted.name)
  if not file then return nil, file_error(("cannot write %s: %s"):format(wanted.name, unwritable)) end
  local fetch <const> = setmetatable({
    name = wanted.name,
    is_folder = wanted.is_folder,
    folder = folder,
    file = file,
    replaces = options.replaces,
    decode = options.decode,
    on_progress = options.on_progress,
    most = 0,
  }, Fetch)
  local whole, problem
  repeat
    whole, problem = fetch_part(client, fetch, address, options.limits)
  until whole or problem
  if not problem then
    whole, problem = commit(fetch, options.written)
  end
  if not whole then
    problem.operation = problem.operation or "download"
    problem.method = problem.method or "GET"
    problem.path = problem.path or address:match "^%a+://[^/?#]*([^?#]*)"
    return nil, problem
  end
  return file:size()
end

return download_file
