--- Apache with the event MPM, mod_http2 and mod_proxy_http.
local lfs <const> = require "lfs"

local HEAD <const> = [[
ServerRoot "%FOLDER"
ServerName 127.0.0.1
PidFile "%FOLDER/apache.pid"
DefaultRuntimeDir "%FOLDER"
ErrorLog "%FOLDER/apache.error.log"
LogLevel error
StartServers 1
ServerLimit 16
ThreadsPerChild 25
MinSpareThreads 25
MaxSpareThreads 100
MaxRequestWorkers 100
Timeout 10
]]

local HOST <const> = [[
Listen 127.0.0.1:%PORT
<VirtualHost 127.0.0.1:%PORT>
  %TLS
  %SETTING
  ProxyTimeout 1
  RequestHeader set X-Connection expr=%%{REMOTE_PORT}
  ProxyPass "/" "http://127.0.0.1:%BACKEND/" disablereuse=On retry=0
</VirtualHost>
]]

local TLS <const> = [[
SSLEngine on
  SSLCertificateFile "%FOLDER/cert.pem"
  SSLCertificateKeyFile "%FOLDER/key.pem"
  Protocols h2 http/1.1]]

local SETTINGS <const> = {
  usual = "KeepAliveTimeout 60\n  MaxKeepAliveRequests 0",
  idle = "KeepAliveTimeout 100ms\n  MaxKeepAliveRequests 0",
  few = "KeepAliveTimeout 60\n  MaxKeepAliveRequests 5",
  down = "",
}

-- Some systems build "unixd" and others into the program, so a missing module file is not an error.
local MODULES <const> =
  { "mpm_event", "unixd", "authz_core", "headers", "socache_shmcb", "ssl", "http2", "proxy", "proxy_http" }
local MODULE_FOLDERS <const> = { "/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/apache2" }

local apache <const> = {
  name = "apache",
  programs = { "apache2", "httpd" },
  version_option = "-v",
  variants = SETTINGS,
  reload_signal = "USR1",
  closes_within = 0.25, -- the event MPM checks idle connections every 100 ms
  counts_http1_only = true, -- mod_http2 ignores MaxKeepAliveRequests
}

function apache.arguments(program, config)
  return { program, "-DFOREGROUND", "-f", config }
end

local function load_modules()
  local lines <const> = {}
  for _, name in ipairs(MODULES) do
    for _, folder in ipairs(MODULE_FOLDERS) do
      local path <const> = ("%s/mod_%s.so"):format(folder, name)
      if lfs.attributes(path) then
        table.insert(lines, ("LoadModule %s_module %s\n"):format(name, path))
        break
      end
    end
  end
  return table.concat(lines)
end

function apache.configure(context)
  local parts <const> = { (HEAD:gsub("%%FOLDER", context.folder)), load_modules() }
  -- Apache refuses to serve as root.
  if context.is_root then table.insert(parts, "User #65534\nGroup #65534\n") end
  for _, listener in ipairs(context.listeners) do
    local values <const> = {
      PORT = listener.port,
      TLS = listener.tls and TLS:gsub("%%FOLDER", context.folder) or "",
      SETTING = SETTINGS[listener.variant],
      BACKEND = listener.variant == "down" and context.closed_port or context.backend,
    }
    table.insert(parts, (HOST:gsub("%%(%u+)", values):gsub("%%%%", "%%")))
  end
  return table.concat(parts)
end

return apache
