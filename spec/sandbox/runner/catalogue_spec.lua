-- The blocks and templates that a sandbox finds below a folder, and what it says about mistakes in them.
local blocks <const> = require "spec.support.blocks"
local catalogue <const> = require "bytenite.sandbox.runner.catalogue"
local manifest <const> = require "bytenite.sandbox.runner.manifest"

-- All problems as lines, without the folder in front.
local function problem_lines(found, folder)
  local lines <const> = {}
  for index, problem in ipairs(found.problems) do
    local line <const> = manifest.line(problem):gsub(folder:gsub("%p", "%%%0") .. "/", "")
    lines[index] = (problem.is_warning and "warning: " or "") .. line
  end
  return lines
end

describe("a catalogue of blocks", function()
  local place

  before_each(function()
    place = blocks.folder()
  end)

  after_each(function()
    place:close()
  end)

  local function read()
    return assert(catalogue.read(place.path))
  end

  local function problems()
    return problem_lines(read(), place.path)
  end

  it("has each block and each template, wherever they are", function()
    place:block("count", { kind = "app" })
    place:block("deep/er/split", { name = "split", kind = "partitioner" })
    place:write("deep/templates/a.json", '{"id":"a","app":"count","partitioner":"split@1","assembler":"passthrough"}')
    place:write(
      "count/template.json",
      '{"id":"b","app":"count@1.0","partitioner":"passthrough","assembler":"passthrough"}'
    )
    local found <const> = read()
    assert.same({}, problem_lines(found, place.path))
    assert.same({ 2, 2 }, { found:count() })
    local template <const> = assert(found:template "a")
    assert.equal("count", template.app.name)
    assert.equal(place.path .. "/deep/er/split/app/main.sh", template.partitioner.program)
    assert.is_nil(template.assembler)
  end)

  it("takes the highest version that fits a tag", function()
    for folder, version in pairs { a = "1.2", b = "1.10", c = "2.0", d = "1.9" } do
      place:block(folder, { name = "count", version = version })
    end
    local found <const> = read()
    for tag, folder in pairs { ["count"] = "c", ["count@1"] = "b", ["count@1.2"] = "a", ["count@2.0"] = "c" } do
      assert.equal(place.path .. "/" .. folder, assert(found:block(tag)).folder)
    end
    for tag, message in pairs {
      ["count@3"] = 'there is no version of the block "count" that fits "count@3"',
      ["count@1.3"] = 'there is no version of the block "count" that fits "count@1.3"',
      ["other"] = 'there is no block "other"',
      ["count@x"] = '"count@x" is not a tag: "name", "name@1" or "name@1.2"',
    } do
      local block <const>, problem <const> = found:block(tag)
      assert.same({ nil, message }, { block, problem })
    end
  end)

  it("reads manifests without regard to case and underscores", function()
    place:write("count/app/main.py", "")
    place:write(
      "count/manifest.json",
      '{"Name":"count","Version":"1.0","Entrypoint":"main.py","platformConfig":{"Container":"python:3"},'
        .. '"deviceRequirements":{"minCpu":2,"min_memory":0.5}}'
    )
    local found <const> = read()
    local block <const> = assert(found:block "count")
    assert.same({}, problem_lines(found, place.path))
    assert.same({ "python:3", 2, 512, "python3" }, { block.image, block.cpus, block.memory, block.interpreter })
  end)

  it("names the file and the member of each mistake in a manifest", function()
    place:write("count/app/main", "")
    place:write("outside.sh", "")
    for text, expected in pairs {
      ["{"] = { "count/manifest.json: not JSON" },
      ["[]"] = { "count/manifest.json: it must hold an object" },
      ["{}"] = {
        "count/manifest.json: version: it is missing",
        "count/manifest.json: entrypoint: it is missing",
        "count/manifest.json: name: it is missing",
      },
      ['{"name":"a b","version":1.0,"entrypoint":"none.sh"}'] = {
        'count/manifest.json: version: it must be text like "1.0"',
        "count/manifest.json: entrypoint: there is no file app/none.sh",
        'count/manifest.json: name: it must have 1 to 64 letters, digits, "-" and "_"',
      },
      ['{"name":"a","Name":"b","version":"1.0","entrypoint":"../../outside.sh"}'] = {
        "it occurs twice, in different spellings",
        "count/manifest.json: entrypoint: it must be a file below app/",
      },
      ['{"name":"a","version":"1.0","entrypoint":"main","type":"thing","colour":1}'] = {
        "warning: count/manifest.json: colour: unknown member, which is ignored",
        "count/manifest.json: entrypoint: its name has no known extension, and the file is not executable",
        'count/manifest.json: type: it must be "app", "partitioner" or "assembler"',
      },
      ['{"name":"a","version":"1.0","entrypoint":"main","device_requirements":{"min_memory":"8"}}'] = {
        "count/manifest.json: entrypoint: its name has no known",
        "count/manifest.json: device_requirements.min_memory: it must be a number of at least 0",
      },
    } do
      place:write("count/manifest.json", text)
      local lines <const> = problems()
      assert.equal(#expected, #lines, text .. "\n" .. table.concat(lines, "\n"))
      for index, part in ipairs(expected) do
        assert.is_truthy(lines[index]:find(part, 1, true), lines[index])
      end
    end
  end)

  it("names the file and the member of each mistake in a schema", function()
    place:block("count", { schema = '{"type":"objekt"}' })
    assert.same({ 'count/schema.json: type: "objekt" is not valid for this keyword' }, problems())
  end)

  it("names the file and the member of each mistake in a template, and leaves it out", function()
    place:block "count"
    place:write(
      "templates/a.json",
      '{"id":"a","app":"count@2","partitioner":"split","config":{"taskTimeout":-1},"dataSource":{"params":1},"x":0}'
    )
    local found <const> = read()
    local lines <const> = problem_lines(found, place.path)
    table.sort(lines)
    assert.same({
      'templates/a.json: app: there is no version of the block "count" that fits "count@2"',
      "templates/a.json: assembler: it is missing",
      "templates/a.json: config: invalid value for uint32 field taskTimeout: -1",
      "templates/a.json: dataSource: invalid value for struct field params: 1",
      'templates/a.json: partitioner: there is no block "split"',
      "warning: templates/a.json: x: unknown member, which is ignored",
    }, lines)
    local template <const>, problem <const> = found:template "a"
    assert.is_nil(template)
    assert.is_truthy(problem:find("^the template cannot be used: .*/templates/a.json: "), problem)
    assert.same({ nil, 'there is no template "b"' }, { found:template "b" })
  end)

  it("refuses two blocks of one version, and two templates of one id", function()
    place:block("one", { name = "count" })
    place:block("two", { name = "count" })
    for _, name in ipairs { "a", "b" } do
      place:write(
        ("templates/%s.json"):format(name),
        '{"id":"t","app":"count","partitioner":"passthrough","assembler":"passthrough"}'
      )
    end
    local lines <const> = problems()
    assert.equal("two/manifest.json: version: one has the same version", lines[1])
    assert.equal('templates/b.json: id: there is another template "t"', lines[2])
  end)

  it("needs a folder", function()
    assert.same({ nil, "there is no folder /nowhere" }, { catalogue.read "/nowhere" })
  end)
end)
