--- Set-up for specs of uploads and downloads: a sandbox, a client, a job and a temporary folder.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"

local transfers = {}

-- Makes a client that retries without delay.
local function new_client(service)
  local client <const> = connect.client(service, { max_retries = 2 })
  client.clock = setmetatable({
    random = function()
      return 0
    end,
  }, { __index = client.clock })
  return client
end

---@class spec.Transfer
---@field service spec.Sandbox
---@field client table
---@field job table
---@field folder spec.Folder

-- Passes a transfer with a job of `make_job` to `begin` before each test. Afterwards closes the
-- client and removes the folder.
local function for_each_test(before_each, after_each, start, make_job, begin)
  local client, place
  before_each(function()
    local service <const> = start()
    service:reset()
    client, place = new_client(service), folder.new()
    begin { service = service, client = client, folder = place, job = make_job(service, client) }
  end)
  after_each(function()
    client:close()
    getmetatable(place).__close(place)
  end)
end

local function new_download(service, client)
  service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
  return client:job "j1"
end

local function new_upload(_, client)
  return assert(client:create_job {
    templateId = "video-encoding-template",
    dataSource = bytenite.datasource.file(),
    dataDestination = bytenite.datasource.bucket(),
  })
end

--- Sets up a download before each test of a block: `j1` is a complete job without results.
---@param before_each function of busted
---@param after_each function of busted
---@param start fun(): spec.Sandbox
---@param begin fun(transfer: spec.Transfer) is called before each test
function transfers.download_for_each_test(before_each, after_each, start, begin)
  for_each_test(before_each, after_each, start, new_download, begin)
end

--- Sets up an upload before each test of a block: a new job whose data source is a file.
---@param before_each function of busted
---@param after_each function of busted
---@param start fun(): spec.Sandbox
---@param begin fun(transfer: spec.Transfer) is called before each test
function transfers.upload_for_each_test(before_each, after_each, start, begin)
  for_each_test(before_each, after_each, start, new_upload, begin)
end

return transfers
