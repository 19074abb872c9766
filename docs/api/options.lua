--- The options of bytenite.new, and those a single call takes as its last argument.
local options <const> = {}

--- `default` is the real one (a spec compares); `otherwise` says what happens where there is none.
options.client = {
  {
    name = "api_key",
    type = "string",
    environment = { "BYTENITE_API_KEY" },
    text = "The account's API key, exchanged for an access token when a call first needs one. The token is renewed "
      .. "before it expires. White space around the key is removed.",
    source = "docs; the white space: clients",
  },
  {
    name = "access_token",
    type = "string|(fun(): string?, string?)",
    environment = { "BYTENITE_ACCESS_TOKEN" },
    text = "An existing token, without `Bearer`; or a function that returns one, called before every attempt. If "
      .. "it returns nil and a reason, or anything but a token, the call fails with `no_credentials`; an error "
      .. "that it raises is raised by the call.",
    source = "docs; the token alone in the header: docs and clients",
  },
  {
    name = "base_url",
    type = "string",
    default = "https://api.bytenite.com/v1",
    environment = { "BYTENITE_BASE_URL" },
    text = "The address of the service, including the version. It must be https, except for loopback hosts; see "
      .. "`allow_http`.",
    source = "page",
  },
  {
    name = "service",
    type = "string",
    default = "customer",
    text = 'The part of the path after `base_url`. The service announced a move to `"computing"` in September 2025.',
    source = "page; the move: docs",
  },
  {
    name = "connect_timeout",
    type = "number",
    unit = "seconds",
    default = 10,
    text = "Limit for resolving the name, connecting, and the TLS handshake.",
    source = "module",
  },
  {
    name = "timeout",
    type = "number",
    unit = "seconds",
    default = 30,
    text = "Limit for one attempt, from its start to the last byte of the response.",
    source = "module",
  },
  {
    name = "deadline",
    type = "number",
    unit = "seconds",
    default = 120,
    text = "Limit for the whole call: its attempts, the delays between them, a token exchange, and the wait for "
      .. "its turn on the job and for a connection.",
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
    text = "The largest response accepted; a larger one is the error `too_large`.",
    source = "module",
  },
  {
    name = "max_connections",
    type = "integer",
    default = 100,
    text = "Maximum number of connections, 1 to 1000, and of calls in flight: other calls wait in order, within "
      .. "their `deadline`. Over HTTP/2 calls share a connection; the HTTP/1.1 connections for bodies above 60 kB "
      .. "are counted separately. See [Many at once](#many-at-once).",
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
    text = "A folder with the certificates of the authorities to trust, and no others but those in `ca_file`. The "
      .. "files have the names that `openssl rehash` gives them. Options and variables are not combined: if one of "
      .. "the two options is given, no variable is read; if one of the two `BYTENITE_` variables is set, "
      .. "`SSL_CERT_FILE` is not read.",
    source = "module",
  },
  {
    name = "client_cert",
    type = "string",
    environment = { "BYTENITE_CLIENT_CERT" },
    text = "A file with a certificate (PEM) for a service that asks its clients for one. It is sent to the host "
      .. "and port of `base_url` only, never to other hosts that signed URLs lead to. A host that asks for a "
      .. "certificate asks with every connection, so signed URLs on that host and port get it too, but neither "
      .. "the token nor `headers`.",
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
    text = "Allows plain http to any host. The token is then sent in clear text.",
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
    text = "Headers by name for every API request, the token exchange included; never for signed URLs. Headers "
      .. "given to `client:request` replace those with the same name, in any letter case. Names that the module, a "
      .. "proxy or the connection needs are refused, such as `Authorization` and `Host`, and so are `Accept`, "
      .. "`Accept-Encoding`, `Content-Type` (give them to `client:request`) and `User-Agent`. Secret values are "
      .. "never shown.",
    source = "module",
  },
  {
    name = "user_agent",
    type = "string",
    text = "Appended to the module's own User-Agent, `bytenite-lua/...`.",
    source = "module",
  },
  {
    name = "on_event",
    type = "fun(event: bytenite.Event)",
    text = "Called for each request, response, retry and token; see [Events](#events). An error that it raises "
      .. "ends the call, which raises it again.",
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

- The file must be accessible to its owner only (mode 0600), or it is refused. `bytenite.new` raises on a mistake in it; the
  message names the file and the member, and never shows a key.
- A value comes from the options, else from the environment, else from the profile, else from the default. Options that belong
  together come from one source: key and token, the two options of trust, certificate and key. A profile takes precedence over
  `SSL_CERT_FILE`.
- As with the AWS command line, a profile that the program names (`profile = "work"`, `--profile work`) takes precedence over
  `BYTENITE_API_KEY` and `BYTENITE_ACCESS_TOKEN`; these take precedence over a profile that `BYTENITE_PROFILE` names. If the
  profile has no key, the environment's is used in either case, and sent to the profile's address.
- A profile's key is sent to that profile's address only: its scheme, host and port. If an option or `BYTENITE_BASE_URL`
  leads elsewhere and no other credentials take precedence over the profile's, `bytenite.new` raises. The profile's
  certificates are not used elsewhere either.
- Lua states without `io` or `os` have no profiles: there `bytenite.new` raises if one is requested.
]]

--- By name in options.client: what they mean is said there.
options.call = { "timeout", "deadline", "max_retries", "max_response_bytes" }

return options
