--- The options of bytenite.new, and those a single call takes as its last argument.
local options <const> = {}

--- `default` is the real one (a spec compares); `otherwise` says what happens where there is none.
options.client = {
  {
    name = "api_key",
    type = "string",
    environment = { "BYTENITE_API_KEY" },
    text = "The account's API key, exchanged for an access token when a call first needs one. The token is renewed before it "
      .. "ends. White space around the key is dropped.",
    source = "docs; the white space: clients",
  },
  {
    name = "access_token",
    type = "string|(fun(): string?, string?)",
    environment = { "BYTENITE_ACCESS_TOKEN" },
    text = "A token already held, without `Bearer`; or a function that returns one, asked before every attempt. If it "
      .. "returns nil and a reason, or anything but a token, the call ends with `no_credentials`; an error that it raises is "
      .. "raised by the call.",
    source = "docs; the token alone in the header: docs and clients",
  },
  {
    name = "base_url",
    type = "string",
    default = "https://api.bytenite.com/v1",
    environment = { "BYTENITE_BASE_URL" },
    text = "Where the service is, version included. https; plain http to a loopback host only.",
    source = "page",
  },
  {
    name = "service",
    type = "string",
    default = "customer",
    text = 'The part of the path behind `base_url`. The service announced a move to `"computing"` in September 2025.',
    source = "page; the move: docs",
  },
  {
    name = "connect_timeout",
    type = "number",
    unit = "seconds",
    default = 10,
    text = "To resolve the name, connect and shake hands.",
    source = "module",
  },
  {
    name = "timeout",
    type = "number",
    unit = "seconds",
    default = 30,
    text = "For one attempt, from its start to the last byte of the response.",
    source = "module",
  },
  {
    name = "deadline",
    type = "number",
    unit = "seconds",
    default = 120,
    text = "For the whole call: its attempts, the waits between them, a token exchange it needs, its turn on the job, a free "
      .. "connection.",
    source = "module",
  },
  {
    name = "max_retries",
    type = "integer",
    default = 2,
    text = "Attempts after the first, 0 to 100. See [Retries](#retries).",
    source = "module",
  },
  {
    name = "max_response_bytes",
    type = "integer",
    unit = "bytes",
    default = 16 * 1024 * 1024,
    text = "The largest response taken; a larger one is the error `too_large`.",
    source = "module",
  },
  {
    name = "max_connections",
    type = "integer",
    default = 100,
    text = "Connections at once, 1 to 1000, and calls on the wire at once: others wait in order, within their `deadline`. Over "
      .. "HTTP/2 calls share a connection; the HTTP/1.1 connections that bodies above 60 kB need there are counted apart. See "
      .. "[Many at once](#many-at-once).",
    source = "module",
  },
  {
    name = "ca_file",
    type = "string",
    environment = { "BYTENITE_CA_FILE", "SSL_CERT_FILE" },
    otherwise = "libcurl's own",
    text = "A file with the certificates (PEM) of the authorities to trust, and no others. Certificates are always verified.",
    source = "module",
  },
  {
    name = "ca_path",
    type = "string",
    environment = { "BYTENITE_CA_PATH" },
    text = "A folder with the certificates of the authorities to trust, and no others but those in `ca_file`. They have "
      .. "the names that `openssl rehash` gives them. Options and variables do not add up: if one of the "
      .. "two options is given, no variable is read; if one of the two `BYTENITE_` variables is set, `SSL_CERT_FILE` is not.",
    source = "module",
  },
  {
    name = "client_cert",
    type = "string",
    environment = { "BYTENITE_CLIENT_CERT" },
    text = "A file with a certificate (PEM) for a service that asks its clients for one. It is shown to the host and port of "
      .. "`base_url` only, never to other hosts, to which signed URLs lead.",
    source = "module",
  },
  {
    name = "client_key",
    type = "string",
    environment = { "BYTENITE_CLIENT_KEY" },
    otherwise = "in the file of `client_cert`",
    text = "The file with the key (PEM, without a pass phrase) of `client_cert`.",
    source = "module",
  },
  {
    name = "proxy",
    type = "string",
    otherwise = "libcurl's: `https_proxy`, `no_proxy`, ...",
    text = 'URL of a proxy; `""` for none. A loopback host is never called through one.',
    source = "module",
  },
  {
    name = "allow_http",
    type = "boolean",
    default = false,
    text = "Allows plain http to any host. The token then travels in clear.",
    source = "module",
  },
  {
    name = "profile",
    type = "string|false",
    environment = { "BYTENITE_PROFILE" },
    text = "The name of a profile: a set of options in `$XDG_CONFIG_HOME/bytenite/config.json` (`~/.config` if that variable is "
      .. "not set), which `bytenite configure` writes. Without a name no file is read; `false` means none, "
      .. "whatever the environment says. See [Profiles](#profiles).",
    source = "module",
  },
  {
    name = "http_version",
    type = '"auto"|"1.1"|"2"',
    default = "auto",
    text = '`"auto"`: HTTP/2 where a TLS server offers it, else 1.1. `"2"`: HTTP/2 over plain http too. Bodies above 60 kB '
      .. "go over 1.1.",
    source = "module",
  },
  {
    name = "headers",
    type = "table<string, string>",
    text = "Headers by name for every API request, the token exchange included; never for signed URLs. Those that "
      .. "`client:request` is given replace the ones with the same name, in any case. Names that the module, a proxy or the "
      .. "connection needs are refused, such as `Authorization` and `Host`, and so are `Accept`, `Accept-Encoding`, "
      .. "`Content-Type` (give them to `client:request`) and `User-Agent`. Secret values are never shown.",
    source = "module",
  },
  {
    name = "user_agent",
    type = "string",
    text = "Put behind the module's own User-Agent, `bytenite-lua/...`.",
    source = "module",
  },
  {
    name = "on_event",
    type = "fun(event: bytenite.Event)",
    text = "Called for what happens on the wire; see [Events](#events). What it raises ends the call, which raises it again.",
    source = "module",
  },
}

--- The section on profiles.
options.profiles = [[
A profile is a set of options under a name: `base_url`, `service`, `api_key`, `ca_file`, `ca_path`, `client_cert`, `client_key`,
the paths absolute. The file may have several:

```json
{
  "profiles": {
    "work": { "base_url": "https://api.bytenite.com/v1", "service": "customer", "api_key": "..." },
    "lab": { "base_url": "https://bytenite.lab.example/v1", "api_key": "...", "ca_file": "/etc/ssl/lab.pem" }
  }
}
```

- The file must be its owner's alone (mode 0600), else it is refused. A mistake in it is raised by `bytenite.new`; the
  message names the file and the member, and never shows a key.
- For each value the options go first, then the environment, then the profile, then the default. Options that belong together
  come from one source: key and token, the two options of trust, certificate and key. `SSL_CERT_FILE` goes behind a profile.
- As with the commands of AWS, a profile that the program names (`profile = "work"`, `--profile work`) goes before
  `BYTENITE_API_KEY` and `BYTENITE_ACCESS_TOKEN`; one that `BYTENITE_PROFILE` names goes behind them. A profile without a key
  leaves both cases to the environment: its key is then sent to the profile's address.
- A profile's key is sent to that profile's address only: its scheme, host and port. If an option or `BYTENITE_BASE_URL`
  leads elsewhere and no other credentials go before the profile's, `bytenite.new` raises. The profile's certificates are
  not used elsewhere either.
- States without `io` or `os` have no profiles: there `bytenite.new` raises if one is asked for.
]]

--- By name in options.client: what they mean is said there.
options.call = { "timeout", "deadline", "max_retries", "max_response_bytes" }

return options
