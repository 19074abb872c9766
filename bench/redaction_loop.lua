-- redaction_loop.lua COUNT TIMES: removes the secrets from an error TIMES times. Prints the bytes
-- that were sent and received, and the microseconds of processor time per error.
--
-- COUNT signed URLs are sent, and each is echoed in one of COUNT details: the worst that a service
-- can do.
local core <const> = require "bytenite.core"
local redact <const> = require "bytenite.errors.redact"

local count <const>, times <const> = ...
local COUNT <const>, TIMES <const> = math.tointeger(count), math.tointeger(times)

local FORM <const> = "https://storage.example.org/in/%d.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%dEXAMPLE"
  .. "%%2F20260101%%2Feu%%2Fs3&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-Signature=%064x"

local urls <const>, details <const> = {}, {}
for number = 1, COUNT do
  urls[number] = FORM:format(number, number, number * 7919)
  details[number] = { url = urls[number], reason = "no such object" }
end
local sent <const> = core.encode { params = { app = { urls = urls } } }
local received <const> = core.encode { code = 3, message = "cannot fetch the input", details = details }

local began <const> = os.clock()
for _ = 1, TIMES do
  local text <const> = redact.text(received, redact.known({ "an-api-key" }):add_body(sent))
  assert(not text:find("Signature", 1, true))
end
print(#sent + #received, ("%.3f"):format((os.clock() - began) / TIMES * 1e6))
