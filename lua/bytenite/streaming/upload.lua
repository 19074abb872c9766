--- upload.lua: `job:upload`: sends a job's input to its upload address.
---@see https://docs.bytenite.com the guide on file uploads
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local errors <const> = require "bytenite.errors"
local signed_url <const> = require "bytenite.streaming.signed_url"
local base_options <const> = require "bytenite.base.options"
local upload_source <const> = require "bytenite.streaming.upload_source"
local stream <const> = require "bytenite.streaming.body_stream"

local upload <const> = {}

--- The options of an upload: checks by name.
upload.options =
  base_options.with_limits { on_progress = validate.callable, size = validate.integer(0, math.maxinteger) }

local function address_in(job)
  local given <const> = rawget(job, "dataSource")
  local params <const> = type(given) == "table" and given.params
  local address <const> = type(params) == "table" and params.tempUrl
  return type(address) == "string" and address ~= "" and address or nil
end

-- Returns the upload address; or nil and an error. Refreshes the job if it has none, as a job from
-- a list may.
local function find_address(client, job, fetch)
  local address = address_in(job)
  if not address then
    local fetched <const>, problem <const> = fetch()
    if not fetched then return nil, problem end
    address = address_in(job)
  end
  if address then return signed_url.check(client, "the upload address", address) end
  return nil,
    errors.new {
      kind = "unexpected",
      message = "the job has no upload address",
      hint = "set its data source first: job:set_datasource { dataSource = bytenite.datasource.file() }",
    }
end

local explain <const> = signed_url.explain "the upload address may have expired: job:set_datasource gives a new one"

-- From this size in bytes, a request first asks whether its body will be accepted (RFC 9110 section
-- 10.1.1).
local ASK_FROM <const> = 1024 * 1024

local function headers_for(opened)
  -- always set: libcurl's own rule for this header changes from release to release
  local expect <const> = opened.size >= ASK_FROM and "Expect: 100-continue" or "Expect:"
  return { "Accept: */*", "Content-Disposition: attachment", expect }
end

local function plan_for(opened, address)
  return {
    operation = {
      name = "upload",
      method = "PUT",
      repeatable = true, -- if the source can be read again: see may_repeat
      sent_once = false,
      authorized = false,
      any_success = true,
      raw = { url = address, headers = headers_for(opened) },
    },
    decode_response = function()
      if opened.given == opened.size then return true end
      return nil, "unexpected", ("the response came after %d of %d bytes"):format(opened.given, opened.size)
    end,
    classify = explain,
    stream = stream.plan {
      size = opened.size,
      begin = function()
        opened:rewind()
      end,
      may_repeat = function(_, problem)
        if opened:can_rewind() then return true end
        problem.hint = problem.hint
          or "the source can be read only once: to allow retries give a path or { data = bytes }"
        return false
      end,
    },
  }
end

-- Feeds the source to a call until the call has ended.
local function feed(put, opened, on_progress)
  while not put.done do
    local wanted <const> = put.exchange:wanted()
    if wanted == 0 then
      stream.await(put)
    elseif opened.given == opened.size then
      put:abandon(
        errors.new { kind = "connection", message = "the connection needs the input again", retryable = true }
      )
    else
      local piece <const>, problem <const> = opened:read(wanted)
      if not piece then return put:abandon(problem) end
      if put.done then return end -- it ended while the user's reader ran
      put.exchange:feed(piece)
      if on_progress then on_progress(opened.given, opened.size) end
    end
  end
end

-- Sends the bytes. Returns true; or nil and an error.
local function send(client, address, opened, options)
  local put <close> = stream.open(client, plan_for(opened, address), nil, nil, base_options.limits_in(options))
  feed(put, opened, options.on_progress)
  local sent <const>, problem <const> = call.await(put)
  if not sent then return nil, problem end
  if opened.size == 0 and options.on_progress then options.on_progress(0, 0) end
  local change <const> = opened:check_unchanged()
  if change then return nil, change end
  return true
end

--- Implements `job:upload`.
---@param calls table refresh(limits) and complete(limits): the calls on the job that it makes
function upload.run(client, job, given, options, calls)
  local checked <const> = validate.options("upload", options, upload.options)
  local limits <const> = base_options.limits_in(checked)
  local opened <close>, unreadable <const> = upload_source.open("upload: source", given, checked.size)
  if not opened then return nil, unreadable end
  local address <const>, without_address <const> = find_address(client, job, function()
    return calls.refresh(limits)
  end)
  if not address then return nil, without_address end
  local sent <const>, problem <const> = send(client, address, opened, checked)
  if not sent then return nil, problem end
  local completed <const>, incomplete <const> = calls.complete(limits)
  if completed then return completed end
  incomplete.hint = incomplete.hint or "the input was sent: job:upload_completed() tells the service"
  return nil, incomplete
end

return upload
