--- Serves uploads and downloads over signed URLs, as a storage service does: no token, no JSON.
local cqueues <const> = require "cqueues"
local decode <const> = require("http.util").decodeURIComponent

local response_writer <const> = require "bytenite.sandbox.http.response_writer"
local disconnect <const> = require "bytenite.sandbox.http.disconnect"
local fault_effects <const> = require "bytenite.sandbox.http.fault_effects"
local request <const> = require "bytenite.sandbox.http.request"
local job_results <const> = require "bytenite.sandbox.model.job_results"
local storage_responses <const> = require "bytenite.sandbox.http.storage_responses"
local uploads <const> = require "bytenite.sandbox.model.uploads"

local file_transfers = {}

local MAX_UPLOAD <const> = 5 * 1024 ^ 3 -- bytes, the limit of S3
local LINGER <const> = 1 -- seconds to continue reading after a refusal, so that the client sees the response

--- Returns which transfer a path is for.
---@param path string as received, without the query
---@return "upload"|"download"|nil
---@usage if file_transfers.name_of(path) then file_transfers.serve(state, stream, received) end
function file_transfers.name_of(path)
  if path:find "^/sandbox/uploads/" then return "upload" end
  if path:find "^/sandbox/results/" then return "download" end
  return nil
end

-- Returns the refusal that any signed URL may cause, or nil.
local function refusal_of(state, received, method)
  if received.method ~= method then
    return storage_responses.refuse(
      405,
      "MethodNotAllowed",
      "The specified method is not allowed against this resource"
    )
  end
  if received.authorization then
    return storage_responses.refuse(
      400,
      "InvalidArgument",
      "Only one auth mechanism allowed; Authorization must not be sent"
    )
  end
  if not state.signed_urls:is_good(received.path, state:now()) then
    return storage_responses.refuse(403, "AccessDenied", "Request has expired")
  end
  return nil
end

local function upload_refusal(state, received, id)
  local refusal <const> = refusal_of(state, received, "PUT")
  if refusal then return refusal end
  local kind <const> = received.header "content-type" or ""
  if kind:find "^application/x%-www%-form%-urlencoded" or kind:find "^multipart/" then
    return storage_responses.refuse(403, "SignatureDoesNotMatch", "The upload must be the raw bytes, not a form")
  end
  if not (received.header "content-disposition" or ""):lower():find "^attachment" then
    return storage_responses.refuse(
      403,
      "SignatureDoesNotMatch",
      "The signed header Content-Disposition: attachment is missing"
    )
  end
  if not received.header "content-length" then
    return storage_responses.refuse(411, "MissingContentLength", "You must provide the Content-Length HTTP header")
  end
  if tonumber(received.header "content-length") > MAX_UPLOAD then
    return storage_responses.refuse(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
  end
  if state.jobs:get(id, state:now()) == nil then
    return storage_responses.refuse(404, "NoSuchKey", "The specified key does not exist")
  end
  return nil
end

local function apply(fault, response)
  return fault and fault_effects.apply(fault, { parameters = {}, body = "", error_shape = "xml" }, response) or response
end

-- Responds without waiting for the whole body, and ends the connection, or the stream of HTTP/2.
-- Reads for a while what the client still sends: otherwise it might not see the response.
local function respond_early(stream, received, response, fault)
  received.is_answered = true
  if fault and response_writer.withhold(stream, fault) then return end
  response_writer.send(stream, response)
  local is_2 <const> = stream.connection.version == 2
  if disconnect.is_gone(stream.connection) or is_2 and stream.state == "closed" then return end
  if not is_2 then stream.connection.socket:shutdown "w" end
  local deadline <const> = cqueues.monotime() + LINGER
  request.read_pieces(stream, received, function()
    return cqueues.monotime() > deadline
  end, LINGER)
  if not is_2 then
    disconnect.close(stream)
  elseif stream.state ~= "closed" then
    stream:rst_stream("the body was not wanted", 0)
  end
end

-- Returns a function that stores the pieces of an upload: slowly if a fault says so, and up to the
-- byte at which the fault occurs.
local function taker(sink, fault)
  local drip <const>, after <const> = fault and fault.drip, fault and fault.after
  local seconds_a_byte <const> = drip and drip.every / drip.bytes
  return function(piece)
    sink:write(piece)
    if drip then cqueues.sleep(#piece * seconds_a_byte) end
    return after ~= nil and sink.length >= after
  end
end

local function keep(state, id, sink, received)
  local upload <const> = sink:finish(received.headers)
  state:put_upload(id, upload)
  return {
    status = 200,
    content_type = false,
    body = "",
    headers = { { "etag", ('"%s"'):format(upload.content.etag) } },
  }
end

local function serve_upload(state, stream, received, id, fault)
  local refusal <const> = upload_refusal(state, received, id)
  if refusal or fault and fault.after == 0 then
    respond_early(
      stream,
      received,
      apply(fault, refusal or storage_responses.refuse(500, "InternalError", "sandbox fault")),
      fault
    )
    return
  end
  local sink <const> = uploads.sink(state.runner and state.runner:upload_file(id))
  local complete <const> = request.read_pieces(stream, received, taker(sink, fault))
  state.upload_attempts[id] =
    { attempts = (state.upload_attempts[id] or { attempts = 0 }).attempts + 1, bytes = sink.length }
  if not complete then
    if fault and fault.after and sink.length >= fault.after then
      respond_early(
        stream,
        received,
        apply(fault, storage_responses.refuse(500, "InternalError", "sandbox fault")),
        fault
      )
    else
      disconnect.close(stream)
    end
    return
  end
  local is_kept <const> = fault == nil or fault.act == "before"
  local response = is_kept and keep(state, id, sink, received) or { status = 200, content_type = false, body = "" }
  if fault then
    if fault.delay then cqueues.sleep(fault.delay) end
    if response_writer.withhold(stream, fault) then return end
    response = apply(fault, response)
  end
  response_writer.send(stream, response)
end

local function download_response(state, received, path)
  local refusal <const> = refusal_of(state, received, "GET")
  if refusal then return refusal end
  local encoded_id <const>, index <const> = path:match "^/sandbox/results/([^/]+)/(%d+)/"
  local id <const> = decode(encoded_id or "")
  local kept <const> = state.jobs:get(id, state:now())
  local result <const> = kept and job_results.of(state, id, kept)[tonumber(index)]
  if result == nil then return storage_responses.refuse(404, "NoSuchKey", "The specified key does not exist") end
  return storage_responses.serve(result.content, received.header "range", received.header "if-range")
end

local function serve_download(state, stream, received, path, fault)
  if not request.read_body(stream, received) then return end
  local response = download_response(state, received, path)
  if fault then
    if fault.delay then cqueues.sleep(fault.delay) end
    if not fault.after and response_writer.withhold(stream, fault) then return end
    response = apply(fault, response)
  end
  response_writer.send(stream, response, fault)
end

--- Serves an upload or a download.
---@param state bytenite.sandbox.State
---@param stream table of lua-http
---@param received bytenite.sandbox.Request without its body
---@usage file_transfers.serve(state, stream, received)
function file_transfers.serve(state, stream, received)
  local path <const> = received.path:match "^[^?]*"
  local name <const> = file_transfers.name_of(path)
  state.requests:add(received, name)
  local fault <const> = state.faults:take(name)
  if name == "upload" then
    serve_upload(state, stream, received, decode(path:match "^/sandbox/uploads/(.*)$"), fault)
  else
    serve_download(state, stream, received, path, fault)
  end
end

return file_transfers
