--- The page docs/command.md: the command line, from its own parser.
local command <const> = require "bytenite.command"
local exit_status <const> = require "bytenite.command.exit_status"

local HEAD <const> = [[
# The command line

<!-- written by docs/generate.lua from lua/bytenite/command -->

`bytenite` makes the calls of the module from a shell. It is installed with the rock, and needs the rock argparse; in
a checkout it is `bin/bytenite`. The address of the service and the account's key are taken from the environment:
`BYTENITE_BASE_URL`, `BYTENITE_API_KEY` (or `BYTENITE_ACCESS_TOKEN`, or a file named with `--api-key-file`). There is no option
for the key itself, because every user of a machine can see its command lines. `bytenite configure` stores both as a profile,
for `--profile` or `BYTENITE_PROFILE`: see [Profiles](reference.md#profiles).

- Results go to stdout; messages, progress and errors go to stderr.
- Tables and records are for people. `--json` is for programs: it prints the service's own objects. They are complete and include
  the secrets in a job's data source or in a result's link. If a command fails, stderr has one object for it,
  `{"error": {"kind": ..., "message": ...}}`; besides that it has only a note where a list was cut, and the lines of `--debug`.
- `--ids` prints only the ids of jobs.
- On a terminal there are progress bars and colours, unless `NO_COLOR` is set, and tables are cut to its width. Control
  characters in the service's texts are made visible (`^[` for the escape character). Elsewhere output is plain lines, and
  bytes are unchanged.
- Ctrl-C ends the command; a running job continues.

## Files

`submit` takes JSON, or Lua that returns a table, with the members that
[`client:submit`](reference.md#clientsubmitnew--options) takes; `upload` is a path. A Lua file is an ordinary program:

```lua
local bytenite = require "bytenite"

return {
  templateId = "img-gen",
  name = "Nightly batch " .. os.date "%F",
  dataSource = bytenite.datasource.url "https://example.org/in.txt",
  dataDestination = bytenite.datasource.bucket(),
  params = { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } },
}
```

A data source in a file may omit its `"@type"`. Output of a Lua file goes to stderr. Lua files can require installed modules,
but none in the working directory; `LUA_PATH` can name other folders, as absolute paths. The message about a mistake in a file
names the file and the line.

## Values

The VALUE of `--param app.NAME=VALUE` and `--filter FIELD=VALUE` is read as JSON if it is JSON: `5` is a number, `true` a
boolean, `[1,2]` a list. Anything else is text. A value that begins with `[`, `{` or `"` must be JSON, so an unclosed list is an
error. Quotes force text: `--param app.zip='"12345"'`. A value that begins with a dash may follow its option; an argument that
begins with a dash goes after `--`: `bytenite set-name ID -- -5`.

## Exit status

]]

local function exit_table()
  local lines <const> = { "| status | meaning | kinds of errors |", "| ---: | --- | --- |" }
  for _, row in ipairs(exit_status.rows) do
    local kinds <const> = {}
    for index, kind in ipairs(row.kinds) do
      kinds[index] = ("`%s`"):format(kind)
    end
    lines[#lines + 1] = ("| %d | %s | %s |"):format(row.status, row.meaning, table.concat(kinds, ", "))
  end
  return table.concat(lines, "\n")
end

local function section(title, parser)
  return ("## %s\n\n```text\n%s\n```"):format(title, (parser:get_help():gsub("[ \t]+\n", "\n"):gsub("\n+$", "")))
end

-- The help without the table that the page has anyway.
local function root_section(parser)
  local text <const> = section("bytenite", parser)
  return (text:gsub("\n+Exit status:.-\n```$", "\n```"))
end

--- The text of docs/command.md.
-- @treturn string
return function()
  local root <const> = command.parser()
  local parts <const> = { HEAD .. exit_table(), root_section(root) }
  for _, each in ipairs(root._commands) do
    parts[#parts + 1] = section("bytenite " .. each._name, each)
  end
  return table.concat(parts, "\n\n") .. "\n"
end
