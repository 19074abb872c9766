--- Requests to signed URLs by a client that is not ours, each over its own connection.
local http_client <const> = require "spec.support.http_client"

local signed_url = {}

--- Sends a request and waits for the response.
---@param url string
---@param options {method: string|nil, headers: table|nil, body: string|nil, timeout: number|nil}|nil
---@param version number|nil of HTTP: 1.1 (default) or 2
---@return table|nil response as from `http_client`
---@return any problem
---@return table|nil part the part of the response that arrived
---@usage local response = assert(signed_url.fetch(link, { headers = { range = "bytes=4-" } }))
function signed_url.fetch(url, options, version)
  local connection <close> = http_client.connect(url, { version = version })
  options = options or {}
  return connection:request {
    method = options.method,
    path = signed_url.path_of(url),
    headers = options.headers,
    body = options.body,
    timeout = options.timeout,
  }
end

--- Returns the path of a URL, with its query.
---@param url string
---@return string
---@usage local path = signed_url.path_of(link)
function signed_url.path_of(url)
  return url:match "^https?://[^/]+(/.*)$"
end

--- Sends a request. Raises unless it is refused as storage services refuse requests.
---@param status integer
---@param code string
---@param url string
---@param options table|nil as of `fetch`
---@param version number|nil of HTTP
---@usage signed_url.is_refused(403, "AccessDenied", link)
function signed_url.is_refused(status, code, url, options, version)
  local response <const> = assert(signed_url.fetch(url, options, version))
  assert(response.status == status and response.headers["content-type"] == "application/xml", response.body)
  assert(response.body:find(("<Error><Code>%s</Code><Message>"):format(code), 1, true), response.body)
end

return signed_url
