--- rows_transfers.lua: uploads to and downloads from signed URLs whose storage fails.
local PROMISE <const> = "an upload that storage times out is sent again"
local RETURNED <const> = "no server makes a call raise"
local WHOLE <const> = "whole or not at all"

local CONTENT <const> = ("0123456789"):rep(100)

local rows <const> = {}

local function add(row)
  rows[#rows + 1] = row
end

local function storage_error(code)
  return ("<Error><Code>%s</Code><Message>storage says why</Message></Error>"):format(code)
end

local function count_storage(context)
  local count = 0
  for _, seen in ipairs(context.remote:report().seen) do
    if seen.path and seen.path:find "^/storage" then count = count + 1 end
  end
  return count
end

local function upload(context, address, options)
  context.remote:arm()
  local client <close> = context.connect(options)
  local job <const> = client:job {
    id = "job-1",
    dataSource = { dataSourceDescriptor = "file", params = { tempUrl = address or context.base .. "/storage/input" } },
  }
  return pcall(job.upload, job, { data = CONTENT })
end

-- Adds a row about an upload whose first requests meet a fault. The storage serves later ones.
local function add_upload(name, row)
  local fault <const> = row.fault
  row.name = name
  row.promise = row.promise or PROMISE
  row.fault = function(peer, request)
    if not request.path:find "^/storage" then return "reply" end
    peer.state.puts = (peer.state.puts or 0) + 1
    if peer.state.puts > (row.puts or math.huge) then return peer:reply(request, 200, "") end
    return fault(peer, request)
  end
  row.test = function(context)
    local returned <const>, value <const>, problem <const> = upload(context, nil, row.options)
    if not returned then return context.complaints:add("the upload raised: %s", tostring(value)) end
    if row.kind then
      context.complaints:expect("kind", row.kind, problem and problem.kind)
    elseif not value then
      context.complaints:add("the upload failed: %s", tostring(problem))
    end
    context.complaints:expect("requests that storage saw", row.expected, count_storage(context))
  end
  add(row)
end

add_upload("an upload answered with 400 RequestTimeout is sent again", {
  puts = 1,
  expected = 2,
  fault = function(peer, request)
    peer:reply(request, 400, storage_error "RequestTimeout", { { "Content-Type", "application/xml" } })
  end,
})

add_upload("an upload answered with 400 RequestTimeout fails when its retries are used up", {
  kind = "bad_request",
  expected = 2,
  fault = function(peer, request)
    peer:reply(request, 400, storage_error "RequestTimeout", { { "Content-Type", "application/xml" } })
  end,
})

add_upload("an upload answered with another 400 is not sent again", {
  kind = "bad_request",
  expected = 1,
  fault = function(peer, request)
    peer:reply(request, 400, storage_error "EntityTooSmall", { { "Content-Type", "application/xml" } })
  end,
})

for _, status in ipairs { 500, 503 } do
  add_upload(("an upload answered with %d is sent again"):format(status), {
    puts = 1,
    expected = 2,
    fault = function(peer, request)
      peer:reply(request, status, storage_error "SlowDown")
    end,
  })
end

add_upload("an upload whose connection is closed is sent again", {
  puts = 1,
  expected = 2,
  fault = function(peer)
    peer.wire:close()
  end,
})

add_upload("an upload whose connection is reset is sent again", {
  puts = 1,
  expected = 2,
  fault = function(peer)
    peer.wire:reset()
  end,
})

add_upload("an upload that makes no progress is sent again", {
  puts = 1,
  expected = 2,
  options = { timeout = 0.3 },
  fault = function(peer)
    if peer.version == 1 then peer.wire.hang() end
  end,
})

add_upload("an upload answered with a redirect is not sent elsewhere", {
  kind = "unexpected",
  expected = 1,
  promise = "no redirects are followed",
  fault = function(peer, request)
    peer:reply(request, 307, "", { { "Location", "/storage/elsewhere" } })
  end,
})

-- Unusable addresses.
for _, address in ipairs {
  "https:///x",
  "http://",
  "https://host:99999/x",
  "nonsense",
  "https://a b/",
  "file:///etc/passwd",
} do
  add {
    name = ("an upload address that is %q gives an error"):format(address),
    promise = RETURNED,
    over = { "http" },
    test = function(context)
      local returned <const>, value <const>, problem <const> = upload(context, address)
      context.complaints:expect("returned", true, returned)
      if returned then context.complaints:expect("value", nil, value) end
      if returned and type(problem) ~= "table" then context.complaints:add "there is no error value" end
    end,
  }
end

local function download(context, client)
  local folder <const> = require("spec.support.folder").new()
  local returned <const>, value <const>, problem <const> = pcall(function()
    return client:job({ id = "job-1", state = "JOB_STATE_COMPLETE" }):download(folder.path)
  end)
  local file <const> = io.open(folder.path .. "/out.bin", "rb")
  local content <const> = file and file:read "a"
  if file then file:close() end
  getmetatable(folder).__close(folder)
  if not returned then context.complaints:add("the download raised: %s", tostring(value)) end
  return returned and value, problem, content
end

local function results_with(link)
  return function(peer, request)
    if request.path:find "/results$" then
      return peer:reply(request, 200, ('{"results":[{"name":"out.bin","link":"%s"}]}'):format(link))
    end
    return "reply"
  end
end

for _, link in ipairs { "https:///x", "http://", "https://host:99999/x", "nonsense" } do
  add {
    name = ("a result's link that is %q gives an error"):format(link),
    promise = RETURNED,
    over = { "http" },
    fault = results_with(link),
    test = function(context)
      context.remote:arm()
      local client <close> = context.connect()
      local value <const>, problem <const> = download(context, client)
      if value then context.complaints:add "the download succeeded" end
      if not value and type(problem) ~= "table" then context.complaints:add "there is no error value" end
    end,
  }
end

-- Ways to cut a download.
local CUTS <const> = {
  ["is cut by a close"] = function(peer)
    peer.wire:close()
  end,
  ["is cut by a reset"] = function(peer)
    peer.wire:reset()
  end,
}

for how, cut in pairs(CUTS) do
  add {
    name = ("a download that %s is complete in the end"):format(how),
    promise = WHOLE,
    fault = function(peer, request)
      if request.path:find "/results$" then
        local scheme <const> = peer.version == 2 and "https" or peer.wire.is_tls and "https" or "http"
        local authority <const> = request.headers.host or request.headers[":authority"]
        local link <const> = ("%s://%s/storage/out"):format(scheme, authority)
        return peer:reply(request, 200, ('{"results":[{"name":"out.bin","link":"%s"}]}'):format(link))
      end
      local from <const> = tonumber((request.headers.range or ""):match "bytes=(%d+)-")
      if from then
        local range <const> = ("bytes %d-%d/%d"):format(from, #CONTENT - 1, #CONTENT)
        return peer:reply(request, 206, CONTENT:sub(from + 1), { { "Content-Range", range }, { "ETag", '"1"' } })
      end
      peer.state.gets = (peer.state.gets or 0) + 1
      if peer.state.gets > 1 then return peer:reply(request, 200, CONTENT, { { "ETag", '"1"' } }) end
      peer:begin(request, 200, #CONTENT, { { "ETag", '"1"' } })
      peer:data(request, CONTENT:sub(1, 400))
      cut(peer)
    end,
    test = function(context)
      context.remote:arm()
      local client <close> = context.connect()
      local value <const>, problem <const>, content <const> = download(context, client)
      if not value then return context.complaints:add("the download failed: %s", tostring(problem)) end
      if content ~= CONTENT then context.complaints:add("the file holds %d bytes", #(content or "")) end
    end,
  }
end

return rows
