--- Set-up for specs of uploads and downloads: a sandbox, a client, a job and a temporary folder.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"

local transfers = {}

--- Makes a client that retries without delay.
---@param service spec.Sandbox
---@return table client
function transfers.client(service)
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
local Transfer = {}
Transfer.__index = Transfer

--- Resets the sandbox, and makes the client and the folder.
---@param start fun(): spec.Sandbox
---@return spec.Transfer # without a job; end it with `finish`
function transfers.new(start)
  local service <const> = start()
  service:reset()
  return setmetatable({ service = service, client = transfers.client(service), folder = folder.new() }, Transfer)
end

--- Closes the client and removes the folder.
function Transfer:finish()
  self.client:close()
  getmetatable(self.folder).__close(self.folder)
end

--- Sets up a download: `j1` is a complete job without results.
---@param start fun(): spec.Sandbox
---@return spec.Transfer
function transfers.download(start)
  local transfer <const> = transfers.new(start)
  transfer.service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
  transfer.job = transfer.client:job "j1"
  return transfer
end

--- Sets up an upload: a new job whose data source is a file.
---@param start fun(): spec.Sandbox
---@return spec.Transfer
function transfers.upload(start)
  local transfer <const> = transfers.new(start)
  transfer.job = assert(transfer.client:create_job {
    templateId = "video-encoding-template",
    dataSource = bytenite.datasource.file(),
    dataDestination = bytenite.datasource.bucket(),
  })
  return transfer
end

return transfers
