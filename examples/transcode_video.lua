-- Sends a video, lets the service transcode it, and fetches what comes out.
--
--   lua5.4 examples/transcode_video.lua INPUT FOLDER
local bytenite = require "bytenite"

local input, folder = arg[1], arg[2]
if not folder then
  io.stderr:write "usage: lua5.4 examples/transcode_video.lua INPUT FOLDER\n"
  os.exit(2, true)
end

-- Prints every tenth part of what was moved.
local function show(what)
  local printed = 0
  return function(moved, total, name)
    local tenths = total and total > 0 and moved * 10 // total or 10
    if tenths < printed then printed = 0 end -- an attempt was repeated, or it is another file
    if tenths == printed then return end
    printed = tenths
    print(("%s %s: %d of %s bytes"):format(what, name or input, moved, total or "?"))
  end
end

local client <close> = bytenite.new()

-- What went wrong, at which step and with which job, stands in the error.
local job = assert(client:create_job {
  templateId = "video-encoding-template",
  name = "Transcoding " .. input:match "[^/]*$",
  dataSource = bytenite.datasource.file(),
  dataDestination = bytenite.datasource.bucket(),
  params = {
    partitioner = { chunk_duration_s = 10 },
    app = { codec = "av1", crf = 28 },
    assembler = { container = "mp4" },
  },
})

local ended, err = job:upload(input, { on_progress = show "sent" })
if ended then
  ended, err = job:run()
end
if ended then
  ended, err = job:wait { timeout = 3600, interval = 0.1 }
end
local files
if ended then
  files, err = job:download(folder, { on_progress = show "fetched" })
end
if not files then
  io.stderr:write(("job %s: %s\n"):format(job.id, err))
  os.exit(1, true)
end

for _, file in ipairs(files) do
  print(file.path, file.size)
end
