-- A job that really runs: counts the words of a text in four tasks, with the blocks in examples/blocks. The service has no such
-- template; a sandbox has:
--
--   bin/bytenite-sandbox --blocks examples/blocks --port 8080
--   lua5.4 examples/count_words.lua [TEXT]
--
-- Address and credentials come from the environment: BYTENITE_BASE_URL, BYTENITE_API_KEY, BYTENITE_CA_FILE.
local bytenite = require "bytenite"

local here = arg[0]:match "^(.*)/" or "."
local text = arg[1] or here .. "/blocks/gettysburg.txt"

local client <close> = bytenite.new()

local job = assert(client:submit {
  templateId = "word-count",
  name = "Words of " .. text:match "[^/]*$",
  dataSource = bytenite.datasource.file(),
  dataDestination = bytenite.datasource.bucket(),
  params = { partitioner = { chunks = 4 }, app = { min_length = 4 }, assembler = {} },
  upload = text,
})
assert(job:wait { timeout = 60, interval = 0.1 })
print(("%s: %d tasks in %.2f s"):format(job.name, job.numChunks, job.duration))

for line, service in assert(job:logs()) do
  print(service .. ": " .. line.log)
end

-- The results come as files in a folder; this one is read and gone.
local folder = os.tmpname()
os.remove(folder)
for _, file in ipairs(assert(job:download(folder))) do
  local shown = 0
  for line in io.lines(file.path) do
    shown = shown + 1
    if shown <= 8 then print(line) end
  end
  print(("... %d different words"):format(shown))
end
os.execute(("rm -r '%s'"):format(folder))
