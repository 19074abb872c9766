-- run_report.lua SAMPLES PLOTS [README]: makes tables of what bench/run measured, prints and judges
-- them, and draws a plot in the folder PLOTS. With README the tables also go into that file,
-- between two marks. SAMPLES has the notes of report.lua and costs.lua.
local costs <const> = require "costs"
local figures <const> = require "figures"
local plot <const> = require "plot"

local samples_name <const>, plots <const>, readme_name <const> = ...

local MOST_INSTRUCTIONS <const>, MOST_CPU <const> = 0.70, 0.90 -- of the C loop with lua-cjson

local rows <const> = {
  { name = "curl", title = "1. libcurl easy loop in C, no JSON", label = "libcurl in C, no JSON" },
  { name = "cjson", title = "2. the same loop with lua-cjson both ways", label = "libcurl in C, lua-cjson" },
  { name = "bytenite", title = "3. **bytenite**: `job:set_datasource{...}` from Lua", label = "bytenite" },
  { name = "lua_curl", title = "4. Lua-cURLv3 with lua-cjson", label = "Lua-cURLv3" },
  { name = "luasocket", title = "5. luasocket with luasec, lua-cjson", label = "luasocket" },
  { name = "lua_http", title = "6. lua-http with lua-cjson", label = "lua-http" },
  { name = "fetch", title = "7. Node's `fetch`", label = "Node's fetch" },
  { name = "requests", title = "8. Python's requests", label = "Python's requests" },
}
local doors <const> = { { name = "plain", title = "Plain HTTP/1.1" }, { name = "tls", title = "TLS 1.3, HTTP/1.1" } }

local page <const>, cost <const> = costs.page(samples_name, rows, doors)

local count <const> = cost:figure("bytenite", "plain", "instructions")
local more <const> = count and figures.with_thousands(count) .. " a call"
local of_instructions <const> = cost:ratio("bytenite", "plain", "instructions", "cjson")
page:judge_most("instructions", of_instructions, MOST_INSTRUCTIONS, "of row 2's, plain HTTP", more)
page:judge_most("tls", cost:ratio("bytenite", "tls", "cpu", "cjson"), MOST_CPU, "of row 2's processor time, over TLS")

plot.bars(plots .. "/sequential.svg", {
  title = "One call after the other: processor time",
  unit = "µs a call",
  caption = page:caption(),
  series = { "plain HTTP", "TLS" },
  rows = cost:bars(rows, doors),
})
page:finish("measured", readme_name)
