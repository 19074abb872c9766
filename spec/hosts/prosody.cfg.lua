run_as_root = true
daemonize = false
pidfile = "@FOLDER@/prosody.pid"
data_path = "@FOLDER@"
plugin_paths = { "@FOLDER@" }
modules_enabled = {}
modules_disabled = { "s2s", "c2s", "tls", "offline" }
c2s_ports, s2s_ports = {}, {}
log = { { levels = { min = "warn" }, to = "console" } }
VirtualHost "localhost"
modules_enabled = { "updates" }
