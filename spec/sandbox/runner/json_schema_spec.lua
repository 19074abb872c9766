-- The part of JSON Schema against which the sandbox checks parameters.
local core <const> = require "bytenite.core"
local json_schema <const> = require "bytenite.sandbox.runner.json_schema"

-- What is wrong with a value, both given as JSON.
local function problem(schema, value)
  return json_schema.problem(core.decode(schema), (core.decode(value)), "app")
end

describe("a JSON Schema", function()
  for _, case in ipairs {
    { '{"type":"string"}', '"x"', "1", "app: it must be of type string, not 1" },
    { '{"type":"integer"}', "3.0", "3.5", "app: it must be of type integer, not 3.5" },
    { '{"type":"number"}', "3", '"3"', 'app: it must be of type number, not "3"' },
    { '{"type":"boolean"}', "false", "null", "app: it must be of type boolean, not null" },
    { '{"type":["string","null"]}', "null", "1", "app: it must be of type string or null, not 1" },
    { '{"type":"array"}', "[]", "{}", "app: it must be of type array, not {}" },
    { '{"type":"object"}', "{}", "[]", "app: it must be of type object, not []" },
    { '{"enum":["a",[1,2]]}', "[1,2]", "[1]", 'app: [1] is not one of ["a",[1,2]]' },
    { '{"const":{"a":1}}', '{"a":1}', '{"a":1,"b":2}', 'app: it must be {"a":1}' },
    { '{"required":["a"]}', '{"a":null}', "{}", "app.a: it is required" },
    { '{"properties":{"a":{"type":"string"}}}', '{"b":1}', '{"a":1}', "app.a: it must be of type string, not 1" },
    {
      '{"properties":{"a":{}},"additionalProperties":false}',
      '{"a":1}',
      '{"b":1}',
      "app.b: there is no such parameter",
    },
    { '{"additionalProperties":{"maximum":2}}', '{"b":1}', '{"b":3}', "app.b: it must be at most 2" },
    { '{"items":{"minimum":1}}', "[1,2]", "[1,0]", "app[2]: it must be at least 1" },
    { '{"minimum":1}', "1", "0", "app: it must be at least 1" },
    { '{"exclusiveMinimum":1}', "1.5", "1", "app: it must be above 1" },
    { '{"exclusiveMaximum":1}', "0", "1", "app: it must be below 1" },
    { '{"multipleOf":4}', "8", "9", "app: it must be a multiple of 4" },
    { '{"minLength":2}', '"äö"', '"ä"', "app: it must have at least 2 characters" },
    { '{"maxLength":2}', '"äö"', '"äöü"', "app: it must have at most 2 characters" },
    { '{"minItems":1}', "[1]", "[]", "app: it must have at least 1 items" },
    { '{"maxItems":1}', "[1]", "[1,2]", "app: it must have at most 1 items" },
    { '{"minProperties":1}', '{"a":1}', "{}", "app: it must have at least 1 members" },
    { '{"maxProperties":0}', "{}", '{"a":1}', "app: it must have at most 0 members" },
    { '{"allOf":[{"minimum":1},{"maximum":3}]}', "2", "4", "app: it must be at most 3" },
    { '{"anyOf":[{"type":"string"},{"maximum":3}]}', "2", "4", "app: 4 matches none of the allowed schemas" },
    { '{"oneOf":[{"minimum":1},{"maximum":3}]}', "0", "2", "app: 2 does not match exactly one of the allowed schemas" },
    { '{"not":{"type":"string"}}', "0", '"x"', 'app: "x" is not allowed' },
    { '{"$ref":"#/$defs/a","$defs":{"a":{"maximum":3}}}', "3", "4", "app: it must be at most 3" },
  } do
    local schema <const>, good <const>, bad <const>, message <const> = table.unpack(case)
    it(("%s takes %s and refuses %s"):format(schema, good, bad), function()
      assert.is_nil(problem(schema, good))
      assert.equal(message, problem(schema, bad))
    end)
  end

  it("says first that something has the wrong type, and says it where it is", function()
    local schema <const> = '{"properties":{"size":{"type":"integer","maximum":9},"tags":{"items":{"type":"string"}}}}'
    assert.equal('app.size: it must be of type integer, not "x"', problem(schema, '{"size":"x"}'))
    assert.equal("app.tags[2]: it must be of type string, not 7", problem(schema, '{"tags":["a",7]}'))
  end)

  it("that refers to itself can be used, and one that only does so ends", function()
    local tree <const> = '{"properties":{"left":{"$ref":"#"},"value":{"type":"integer"}}}'
    assert.is_nil(problem(tree, '{"left":{"left":{"value":1}}}'))
    assert.equal(
      'app.left.left.value: it must be of type integer, not "x"',
      problem(tree, '{"left":{"left":{"value":"x"}}}')
    )
    assert.equal("app: the schema refers to itself", problem('{"$ref":"#"}', "1"))
  end)

  it("is itself checked", function()
    local found <const> = {}
    json_schema.check(
      core.decode [[{"type":"objekt","minimum":"1","title":"T","properties":{"a":{"$ref":"#/$defs/b","pattern":"x"}}}]],
      function(member, message, is_warning)
        found[#found + 1] = ("%s%s: %s"):format(is_warning and "warning: " or "", member, message)
      end
    )
    table.sort(found)
    assert.same({
      'minimum: "1" is not valid for this keyword',
      'properties.a.$ref: "#/$defs/b" refers to nothing in this file',
      'type: "objekt" is not valid for this keyword',
      "warning: properties.a.pattern: this keyword is not checked",
    }, found)
  end)
end)
