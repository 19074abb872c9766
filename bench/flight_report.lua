-- flight_report.lua SAMPLES PLOTS [README]: makes tables of what bench/flight measured, prints and
-- judges them, and draws a plot in the folder PLOTS. With README the tables also go into that file,
-- between two marks. SAMPLES has the notes of report.lua and costs.lua.
local costs <const> = require "costs"
local plot <const> = require "plot"

local samples_name <const>, plots <const>, readme_name <const> = ...

-- The targets: at most this share of the loop with lua-cjson, and of an update.
local CPU <const>, INSTRUCTIONS <const>, CREATION <const> = 0.95, 0.88, 1.5

local only_http1 <const> = { h2 = " (HTTP/1.1 over TLS)" }
local rows <const> = {
  { name = "poll", title = "1. curl_multi loop in C, no JSON", label = "curl_multi in C, no JSON" },
  { name = "multi_cjson", title = "2. the same loop with lua-cjson both ways", label = "curl_multi in C, lua-cjson" },
  { name = "map", title = "3. **bytenite**: `client:map`, `job:set_datasource{...}`", label = "bytenite" },
  {
    name = "create",
    title = "**bytenite**: `client:map`, `client:create_job{...}`, sent once only",
    label = "bytenite, create",
  },
  {
    name = "socket",
    title = "4. row 1 with curl_multi_socket_action and epoll",
    label = "curl_multi with epoll, no JSON",
  },
  { name = "lua_http", title = "5. lua-http with lua-cjson, 64 coroutines", label = "lua-http", notes = only_http1 },
  { name = "fetch", title = "6. Node's `fetch`", label = "Node's fetch", notes = only_http1 },
  { name = "aiohttp", title = "7. Python's aiohttp", label = "Python's aiohttp", notes = only_http1 },
}
local doors <const> = { { name = "plain", title = "Plain HTTP/1.1" }, { name = "h2", title = "HTTP/2 over TLS 1.3" } }

local page <const>, cost <const> = costs.page(samples_name, rows, doors)

for _, door in ipairs(doors) do
  local to_curl <const> = ("%.2f of row 1's"):format(cost:ratio("map", door.name, "cpu", "poll"))
  page:judge_most(
    door.name,
    cost:ratio("map", door.name, "cpu", "multi_cjson"),
    CPU,
    "of row 2's processor time",
    to_curl
  )
end
local of_instructions <const> = cost:ratio("map", "plain", "instructions", "multi_cjson")
page:judge_most("instructions", of_instructions, INSTRUCTIONS, "of row 2's, plain HTTP")
page:judge_most("create", cost:ratio("create", "h2", "cpu", "map"), CREATION, "times an update, over HTTP/2")

plot.bars(plots .. "/flight.svg", {
  title = "64 calls in flight: processor time",
  unit = "µs a call",
  caption = page:caption(),
  series = { "plain HTTP/1.1", "over TLS (libcurl and bytenite: HTTP/2)" },
  rows = cost:bars(rows, doors),
})
page:finish("flight", readme_name)
