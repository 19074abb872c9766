-- Sets the parameters of a job, from JSON as one would keep it in a file. What is in them is the app's own business: it
-- arrives there as the same JSON value and comes back so.
--
--   lua5.4 examples/set_params.lua [JOB-ID]           without an id: of a new job
local bytenite = require "bytenite"

local client <close> = bytenite.new()
local job = arg[1] and client:job(arg[1]) or assert(client:create_job { templateId = "img-gen" })

local params = assert(bytenite.decode [[{
  "partitioner": { "num_replicas": 5 },
  "assembler": {},
  "app": { "prompt": "A sunset", "seed": 9007199254740993, "strength": 0.1, "loras": [], "negative_prompt": null }
}]])
params.app.prompt = "A sunset over the sea"

local updated, err = job:set_params(params)
if not updated then
  io.stderr:write("the parameters were not set: ", tostring(err), "\n")
  os.exit(1, true)
end

local app = job.params.app
print(job)
print("prompt", app.prompt)
print("seed", app.seed, math.type(app.seed)) -- exact, beyond 2^53 too
print("strength", app.strength)
print("loras", bytenite.encode(app.loras)) -- an empty list stays one
print("negative_prompt", app.negative_prompt == bytenite.null and "null" or app.negative_prompt) -- null is not nil
