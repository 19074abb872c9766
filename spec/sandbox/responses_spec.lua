-- The shapes of an error's body: named in faults/, written in http/responses.
local faults <const> = require "bytenite.sandbox.faults"
local responses <const> = require "bytenite.sandbox.http.responses"

describe("the response of a fault", function()
  for shape in pairs(faults.error_shapes) do
    it("can have the shape " .. shape, function()
      local response <const> = responses.shaped(shape, 503)
      assert.same({ 503, "string" }, { response.status, type(response.body) })
    end)
  end
end)
