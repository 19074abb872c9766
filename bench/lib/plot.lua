-- plot.lua: draws SVG files by gnuplot, with dark text on a white background for any page.
local plot <const> = {}

local COLOURS <const> = { "#1f6fb4", "#e08214", "#1b7837", "#762a83" }
local WIDTH <const>, LINES_HEIGHT <const> = 860, 540 -- pixels

-- Settings of all plots; $NAME is replaced by a value.
local HEAD <const> = [[
set terminal svg size $width,$height noenhanced font "sans-serif,13" background rgb "white"
set encoding utf8
set output "$path"
set title "$title" font ",15"
set label 1 "$caption" at screen 0.5,screen $caption_height center font ",10" textcolor rgb "#555555"
set bmargin 7
set border 3 linecolor rgb "#444444"
set tics nomirror
set key $key
]]

local BARS <const> = [[
set xlabel "$unit"
set xrange [0:$most]
set yrange [$lowest:0.6]
set ytics ($ticks)
set ytics scale 0
set grid xtics linecolor rgb "#dddddd" linetype 1
set style fill solid 1.0 noborder
]]

local LINES <const> = [[
set xlabel "$x_unit"
set ylabel "$unit"
set logscale xy
set xrange [$x_first:$x_last]
set xtics ($ticks)
set grid linecolor rgb "#dddddd" linetype 1
]]

local function fill(template, values)
  return (template:gsub("%$([%a_]+)", function(name)
    return tostring(assert(values[name], name))
  end))
end

local function draw(script)
  local gnuplot <const> = assert(io.popen("gnuplot", "w"))
  assert(gnuplot:write(script))
  assert(gnuplot:close(), "gnuplot failed")
end

-- Returns a named block of data with a line for each entry.
local function data(name, lines)
  return ("$%s << EOD\n%s\nEOD\n"):format(name, table.concat(lines, "\n"))
end

-- Returns the bars of a series, with their values as labels.
local function bars_of(what, series, thickness)
  local lines <const> = {}
  for place, row in ipairs(what.rows) do
    local value <const> = row.values[series]
    local y <const> = 1 - place + thickness * ((#what.series + 1) / 2 - series)
    if value then
      table.insert(lines, ('%g %g %g "%s"'):format(value, y, thickness / 2, (what.format or "%.0f"):format(value)))
    end
  end
  return lines
end

local function most_of(rows)
  local most = 0
  for _, row in ipairs(rows) do
    for _, value in pairs(row.values) do
      most = math.max(most, value)
    end
  end
  return most
end

--- Draws horizontal bars.
---@param path string of the file
---@param what table title, caption (lines), unit, series (names), rows ({ label, values by series })
function plot.bars(path, what)
  local ticks <const>, script <const>, plots <const> = {}, {}, {}
  for place, row in ipairs(what.rows) do
    ticks[place] = ('"%s" %d'):format(row.label, 1 - place)
  end
  for series, name in ipairs(what.series) do
    script[series] = data("series" .. series, bars_of(what, series, 0.8 / #what.series))
    table.insert(
      plots,
      ('$series%d using ($1/2):2:($1/2):3 with boxxyerror linecolor rgb "%s" title "%s"'):format(
        series,
        COLOURS[series],
        name
      )
    )
    table.insert(plots, '"" using 1:2:4 with labels left offset 0.5,0 font ",11" notitle')
  end
  local height <const> = 130 + 18 * #what.series * #what.rows
  local values <const> = {
    path = path,
    title = what.title,
    caption = table.concat(what.caption, "\\n"),
    unit = what.unit,
    width = WIDTH,
    height = height,
    caption_height = 40 / height,
    key = "top right reverse Left opaque",
    most = most_of(what.rows) * 1.1,
    lowest = 0.4 - #what.rows,
    ticks = table.concat(ticks, ", "),
  }
  draw(table.concat(script) .. fill(HEAD .. BARS, values) .. "plot " .. table.concat(plots, ", ") .. "\n")
end

--- Draws lines with logarithmic axes.
---@param path string of the file
---@param what table title, caption (lines), unit, x_unit, ticks ({ label, x }), lines ({ title, points as { x, y } })
function plot.lines(path, what)
  local ticks <const>, script <const>, plots <const> = {}, {}, {}
  for place, tick in ipairs(what.ticks) do
    ticks[place] = ('"%s" %g'):format(tick.label, tick.x)
  end
  for number, line in ipairs(what.lines) do
    local points <const> = {}
    for index, point in ipairs(line.points) do
      points[index] = ("%g %g"):format(point[1], point[2])
    end
    script[number] = data("line" .. number, points)
    local style <const> =
      '$line%d with linespoints linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb "%s" dashtype %d title "%s"'
    plots[number] = style:format(number, COLOURS[line.colour], line.dashed and 2 or 1, line.title)
  end
  local values <const> = {
    path = path,
    title = what.title,
    caption = table.concat(what.caption, "\\n"),
    unit = what.unit,
    x_unit = what.x_unit,
    width = WIDTH,
    height = LINES_HEIGHT,
    caption_height = 40 / LINES_HEIGHT,
    key = "top left reverse Left",
    x_first = what.ticks[1].x / 2,
    x_last = what.ticks[#what.ticks].x * 2,
    ticks = table.concat(ticks, ", "),
  }
  draw(table.concat(script) .. fill(HEAD .. LINES, values) .. "plot " .. table.concat(plots, ", ") .. "\n")
end

return plot
