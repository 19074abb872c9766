-- responses.lua: the responses of the server: 16 jobs of about 2 KB each.
--
-- They are drafts in the service's form, including unset members. Everything that differs between
-- the jobs of a user differs here, so that caching equal values does not help.
local responses <const> = {}

responses.COUNT = 16

local subjects <const> = { "river delta", "night market", "glacier", "tram depot" }
local lights <const> = { "at dawn", "in heavy rain", "under sodium lamps", "in late autumn sun" }
local regions <const> = { "eu-west-1", "us-east-2", "ap-south-1", "sa-east-1" }

local job_template <const> = table.concat {
  '{"id":"${id}","templateId":"image-variations-template","name":"${name}",',
  '"config":{"taskTimeout":${task_timeout},"jobTimeout":${job_timeout},"isTestJob":${is_test},"maxTaskRetries":${retries}},',
  '"priority":"EXECUTION_PRIORITY_BALANCED","startAt":null,"submittedAt":null,"startedAt":null,"endedAt":null,',
  '"regions":{"blacklist":[],"whitelist":["${region}"]},"state":"JOB_STATE_NEW",',
  '"dataSource":{"dataSourceDescriptor":"url","params":{',
  '"@type":"type.googleapis.com/bytenite.data_source.HttpDataSource",',
  '"name":"in-${number}.txt","url":"https://files.example.org/batches/${number}/in.txt?part=${part}",',
  '"username":"","password":""}},',
  '"params":{"preset":"","partitioner":{"num_replicas":${replicas},"chunk_size":${chunk_size},"order":"by-name"},',
  '"assembler":{},"app":{',
  '"prompt":"A wide photograph of a ${subject} ${light}, film grain, no people, a low horizon and a soft sky, shot ${shot}",',
  '"negative_prompt":"blurry, watermark, text, low contrast, extra limbs",',
  '"seed":${seed},"steps":${steps},"guidance":${guidance},"size":[${width},${height}],"upscale":${is_test},"mask":null,',
  '"style":{"palette":"muted","tags":["calendar","print","series-${part}"]}}},',
  '"dataDestination":{"dataSourceDescriptor":"bucket","params":{}},"duration":${duration},"deletedAt":null,',
  '"createdAt":"${created}","paymentAmount":${payment},"numUnitsEstimation":"${units}","numChunks":${chunks},',
  '"errorMessage":"","description":"Pictures of the ${subject} ${light}, for the calendar of ${year}",',
  '"stateTimestamps":{"JOB_STATE_NEW":"${created}"},',
  '"appId":"5e0d3c91-77aa-4f52-b1c8-90d6e4f2a7${hex}","templateInfo":${template_info}}',
}

local template_info <const> = table.concat {
  '{"id":"image-variations-template","owner":"b8a1f6d4-0c3e-4e57-9d21-6f7a58c0e913",',
  '"description":"Variations of one picture, a task for each of them","app":"image-variations@${version}",',
  '"partitioner":"replicate","assembler":"zip"}',
}

local function fill(text, values)
  return (text:gsub("%${([%w_]+)}", function(name)
    return assert(values[name], name)
  end))
end

--- Returns a job and its template's description, as JSON.
---@param turn integer any; every 16th is the same except for the id
---@param id string
function responses.job(turn, id)
  turn = turn % responses.COUNT
  local subject <const> = subjects[turn % 4 + 1]
  local light <const> = lights[turn // 4 + 1]
  local values <const> = {
    id = id,
    name = subject .. ", batch " .. 310 + 7 * turn,
    subject = subject,
    light = light,
    year = 2011 + turn,
    shot = 91 * turn,
    number = ("%05d"):format(4211 + 613 * turn),
    region = regions[(turn * 3 + turn // 4) % 4 + 1],
    created = os.date("!%Y-%m-%dT%H:%M:%S", 1740000000 + 1234567 * turn) .. (".%06dZ"):format(104382 + 51749 * turn),
    duration = ("%.2f"):format(3.25 + 17.5 * turn),
    payment = ("%.8f"):format(1.05518337 + 2.0312 * turn),
    guidance = ("%.1f"):format(3.5 + turn / 2),
    is_test = tostring(turn % 3 == 0),
    hex = ("%02x"):format(17 * turn),
    version = turn + 1,
    part = turn,
    retries = 15 + turn,
    task_timeout = 1800 + 60 * turn,
    job_timeout = 86400 - 3600 * turn,
    replicas = 5 + turn,
    chunk_size = 4096 + 128 * turn,
    seed = 1048583 * (turn + 1),
    steps = 20 + 2 * turn,
    width = 512 + 64 * turn,
    height = 1536 - 64 * turn,
    units = 240 + 35 * turn,
    chunks = 12 + turn,
  }
  values.template_info = fill(template_info, values)
  return fill(job_template, values), values.template_info
end

--- Returns the body of a response, `{job, templateInfo}`.
function responses.body(turn, id)
  return ('{"job":%s,"templateInfo":%s}'):format(responses.job(turn, id))
end

return responses
