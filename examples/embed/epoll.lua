-- What the host with an epoll loop runs: starts some calls, and tells the host how to drive them.
local bytenite = require "bytenite"

local client = bytenite.new()

-- Each runs in a task of its own, and waits there without holding up the host.
for _, name in ipairs { "Morning batch", "Noon batch", "Evening batch" } do
  client:async(function()
    local job = assert(client:create_job { templateId = "img-gen", name = name })
    print(assert(job:set_configs { jobTimeout = 7200 }))
  end)
end

return {
  descriptor = client:pollable():pollfd(), -- readable when there is something to do
  step = function()
    return client:step()
  end,
}
