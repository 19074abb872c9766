--- nginx as a reverse proxy.
local HEAD <const> = [[
daemon off;
error_log "%FOLDER/nginx.error.log";
pid "%FOLDER/nginx.pid";
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path "%FOLDER/nginx.body";
  proxy_temp_path "%FOLDER/nginx.proxy";
  fastcgi_temp_path "%FOLDER/nginx.fastcgi";
  uwsgi_temp_path "%FOLDER/nginx.uwsgi";
  scgi_temp_path "%FOLDER/nginx.scgi";
  ssl_certificate "%FOLDER/cert.pem";
  ssl_certificate_key "%FOLDER/key.pem";
  proxy_connect_timeout 300ms;
  proxy_read_timeout 1s;
  proxy_next_upstream off;
  proxy_set_header X-Connection "$connection";
]]

local SERVER <const> = [[
  server {
    listen 127.0.0.1:%PORT%TLS;
    %SETTING
    location / { proxy_pass http://127.0.0.1:%BACKEND; }
  }
]]

local SETTINGS <const> = {
  usual = "keepalive_timeout 60s;",
  idle = "keepalive_timeout 100ms;",
  few = "keepalive_requests 5;",
  down = "",
}

local nginx <const> = {
  name = "nginx",
  programs = { "nginx" },
  version_option = "-v",
  variants = SETTINGS,
  reload_signal = "HUP",
  closes_within = 0.1, -- seconds without a request
}

function nginx.arguments(program, config, folder)
  return { program, "-p", folder, "-e", folder .. "/nginx.error.log", "-c", config }
end

function nginx.configure(context)
  local parts <const> = { (HEAD:gsub("%%FOLDER", context.folder)) }
  for _, listener in ipairs(context.listeners) do
    local values <const> = {
      PORT = listener.port,
      TLS = listener.tls and " ssl http2" or "",
      SETTING = SETTINGS[listener.variant],
      BACKEND = listener.variant == "down" and context.closed_port or context.backend,
    }
    table.insert(parts, (SERVER:gsub("%%(%u+)", values)))
  end
  table.insert(parts, "}\n")
  return table.concat(parts)
end

return nginx
