--- haproxy, which keeps its connections to the backend.
local HEAD <const> = [[
global
  maxconn 1000
  hard-stop-after 5s
defaults
  mode http
  option http-keep-alive
  http-reuse always
  retries 0
  timeout connect 300ms
  timeout client 10s
  timeout server 1s
  timeout queue 50ms
  timeout http-request 5s
  timeout http-keep-alive 60s
backend usual
  server ours 127.0.0.1:%BACKEND
backend queue
  server ours 127.0.0.1:%BACKEND maxconn 1
backend down
  server ours 127.0.0.1:%CLOSED
]]

local FRONTEND <const> = [[
frontend %NAME
  bind 127.0.0.1:%PORT%TLS
  http-request set-header X-Connection %%[src_port]
  %SETTING
  default_backend %BACKEND
]]

local SETTINGS <const> = {
  usual = "",
  idle = "timeout http-keep-alive 100ms",
  queue = "",
  down = "",
  reject = "http-request reject if { path_end /run }",
}

local haproxy <const> = {
  name = "haproxy",
  programs = { "haproxy" },
  version_option = "-v",
  variants = SETTINGS,
  reload_signal = "USR2",
  closes_within = 0.1,
}

-- A master process, which handles the reload, and a worker.
function haproxy.arguments(program, config)
  return { program, "-W", "-q", "-f", config }
end

function haproxy.configure(context)
  local tls <const> = (" ssl crt %s/both.pem alpn h2,http/1.1"):format(context.folder)
  local parts <const> = { (HEAD:gsub("%%(%u+)", { BACKEND = context.backend, CLOSED = context.closed_port })) }
  for _, listener in ipairs(context.listeners) do
    local has_backend <const> = listener.variant == "queue" or listener.variant == "down"
    local values <const> = {
      NAME = listener.variant .. (listener.tls and "_tls" or "_plain"),
      PORT = listener.port,
      TLS = listener.tls and tls or "",
      SETTING = SETTINGS[listener.variant],
      BACKEND = has_backend and listener.variant or "usual",
    }
    table.insert(parts, (FRONTEND:gsub("%%(%u+)", values):gsub("%%%%", "%%")))
  end
  return table.concat(parts)
end

return haproxy
