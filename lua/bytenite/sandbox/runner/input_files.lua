--- Puts a job's input into a folder: the upload, the content of a URL, or an empty file.
local http_request <const> = require "http.request"
local errno <const> = require "cqueues.errno"
local monotime <const> = require("cqueues").monotime
local uv <const> = require "luv"

local base64 <const> = require "bytenite.sandbox.base.base64"
local files <const> = require "bytenite.sandbox.runner.files"

local input_files = {}

local MOST_REDIRECTS <const> = 5
local STALL <const> = 60 -- seconds without progress
local SLICE <const> = 1 -- seconds between checks whether the job was stopped
local PIECE <const> = 256 * 1024 -- bytes
local LONGEST_NAME <const> = 200 -- bytes

local DESCRIPTORS <const> = { url = true, file = true, bypass = true }
local DESTINATIONS <const> = { [""] = true, bucket = true, bypass = true }

local function is_http(url)
  return type(url) == "string" and url:find "^https?://[^/%s]" ~= nil and not url:find "[%c ]"
end

--- Returns what is wrong with a job's data source and destination, or nil.
---@param values table the job's members
---@return string|nil problem
---@usage local problem = input_files.problem(draft.values)
function input_files.problem(values)
  local source <const>, destination <const> = values.dataSource, values.dataDestination
  local descriptor <const> = type(source) == "table" and source.dataSourceDescriptor or ""
  if not DESCRIPTORS[descriptor] then
    return ('dataSource: this sandbox cannot read from "%s"; it takes url, file and bypass'):format(descriptor)
  end
  if descriptor == "url" and not is_http(type(source.params) == "table" and source.params.url) then
    return "dataSource: params.url must be an address that begins with http:// or https://"
  end
  local target <const> = type(destination) == "table" and destination.dataSourceDescriptor or ""
  if not DESTINATIONS[target] then
    return ('dataDestination: this sandbox cannot write to "%s"; it takes bucket and bypass'):format(target)
  end
  return nil
end

--- Makes a safe file name from any name.
---@param name any
---@return string
---@usage input_files.safe_name "../x" --> "x"
function input_files.safe_name(name)
  local last <const> = type(name) == "string" and name:match "[^/\\]*$":gsub("%c", ""):sub(1, LONGEST_NAME) or ""
  if last == "" or last == "." or last == ".." then return "input.bin" end
  return last
end

-- Returns an address without the parts that may be secret.
local function shown(url)
  return (url:gsub("[?#].*$", ""):gsub("//[^/]*@", "//"))
end

-- Returns the request for a redirect. Drops the Referer, which may have a signed URL, and the
-- credentials if the host changes; lua-http would send both.
local function redirected(request, headers)
  local next_request <const>, problem <const> = request:handle_redirect(headers)
  if next_request == nil then return nil, problem end
  if request.tls and not next_request.tls then return nil, "it redirects from https to http" end
  next_request.headers:delete "referer"
  local is_same <const> = next_request.host == request.host and next_request.port == request.port
  if not is_same then next_request.headers:delete "authorization" end
  return next_request
end

-- Ends the connection of a response. lua-http may have closed it already; its own functions first
-- read the rest of the body, which never ends if the body is incomplete.
local function close(stream)
  if stream.state ~= "closed" then stream:set_state "closed" end
  local connection <const> = stream.connection
  local socket <const> = connection.socket
  connection.socket = nil
  if socket then socket:close() end
end

local function first_response(url, params, is_wanted)
  local made <const>, request_or_problem <const> = pcall(http_request.new_from_uri, url)
  if not made then return nil, "the address is not understood" end
  local request = request_or_problem
  request.follow_redirects = false
  request.max_redirects = MOST_REDIRECTS + 1 -- we count redirects ourselves
  request.headers:upsert("user-agent", "bytenite-sandbox")
  if params.username and params.username ~= "" then
    local credentials <const> = base64.encode(("%s:%s"):format(params.username, params.password or ""))
    request.headers:upsert("authorization", "Basic " .. credentials, true)
  end
  for _ = 0, MOST_REDIRECTS do
    local headers <const>, stream <const> = request:go(STALL)
    if headers == nil then return nil, tostring(stream) end
    local status <const> = headers:get ":status"
    if not status:find "^3%d%d$" or not headers:has "location" then return headers, stream end
    close(stream)
    local problem
    request, problem = redirected(request, headers)
    if request == nil then return nil, tostring(problem) end
    if not is_wanted() then return nil, "stopped" end
  end
  return nil, "too many redirects"
end

-- Copies the body. Counts its bytes, because lua-http does not report an incomplete body.
local function copy_body(headers, stream, file, is_wanted)
  local announced <const> = math.tointeger(tonumber(headers:get "content-length" or ""))
  local count, last_progress = 0, monotime()
  while is_wanted() do
    local piece <const>, problem <const>, code <const> = stream:get_next_chunk(SLICE)
    if piece then
      local written <const>, reason <const> = file:write(piece)
      if not written then return nil, reason end
      count, last_progress = count + #piece, monotime()
    elseif code == errno.ETIMEDOUT then
      if monotime() > last_progress + STALL then return nil, tostring(problem) end
    elseif announced and count ~= announced then
      return nil, ("it ended after %d of %d bytes"):format(count, announced)
    elseif problem or code then
      return nil, tostring(problem)
    else
      return true
    end
  end
  return nil, "stopped"
end

local function fetch(params, folder, is_wanted)
  local headers <const>, stream <const> = first_response(params.url, params, is_wanted)
  if headers == nil then return nil, ("%s: %s"):format(shown(params.url), stream) end
  local status <const> = headers:get ":status"
  if status ~= "200" then
    close(stream)
    return nil, ("%s: the response has status %s"):format(shown(params.url), status)
  end
  local given <const> = params.name ~= "" and params.name or shown(params.url):match "^%a+://[^/]*(.*)$"
  local file <close>, problem <const> = files.create(files.join(folder, input_files.safe_name(given)))
  if file == nil then return nil, problem end
  local copied <const>, reason <const> = copy_body(headers, stream, file, is_wanted)
  close(stream)
  if not copied then return nil, ("%s: %s"):format(shown(params.url), reason) end
  return true
end

-- Puts the upload into a folder: links its file, or copies it from memory.
local function take_upload(upload, folder)
  local target <const> = files.join(folder, input_files.safe_name(upload.name))
  local path <const> = upload.content.path
  if path then
    local linked <const>, problem <const> = uv.fs_link(path, target)
    if not linked then return nil, problem end
    return true
  end
  local file <close>, problem <const> = files.create(target)
  if file == nil then return nil, problem end
  for position = 0, upload.content.length - 1, PIECE do
    local count <const> = math.min(PIECE, upload.content.length - position)
    local written <const>, reason <const> = file:write(upload.content.read(position, count))
    if not written then return nil, reason end
  end
  return true
end

--- Fetches the input of a job.
---@param values table the job's members
---@param upload bytenite.sandbox.Upload|nil
---@param folder string for the input
---@param is_wanted fun(): boolean false once the job was stopped
---@return boolean|nil fetched
---@return string|nil problem
---@usage local fetched, problem = input_files.fetch(values, upload, folder, is_wanted)
function input_files.fetch(values, upload, folder, is_wanted)
  local source <const> = values.dataSource
  if source.dataSourceDescriptor == "bypass" then return files.write(files.join(folder, "empty.bin"), "") end
  if source.dataSourceDescriptor == "url" then return fetch(source.params, folder, is_wanted) end
  if upload == nil then return nil, "the input has not been uploaded" end
  return take_upload(upload, folder)
end

return input_files
