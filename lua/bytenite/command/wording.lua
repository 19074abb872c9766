--- wording.lua: rewrites messages of the module for the command line: names of methods and options
--- become commands and options.
local wording <const> = {}

-- Words in the module's messages and hints, and their replacements; "ID" stands for the job's id.
-- Longer ones go first.
local REPLACEMENTS <const> = {
  { "job:set_datasource { dataSource = bytenite.datasource.file() }", "bytenite set-datasource ID --source file" },
  {
    "set api_key or access_token, or BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN in the environment",
    "run bytenite configure, give --api-key-file, or set BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN",
  },
  { "check the proxy option and the environment variables", "check the environment variables" },
  { "use https, or set allow_http = true", "use https" },
  { "job:upload_completed()", "bytenite upload ID again" },
  { "job:set_datasource", "bytenite set-datasource ID --source file" },
  { "job:results()", "bytenite results ID" },
  { "job:logs()", "bytenite logs ID" },
  { "job:wait()", "bytenite wait ID" },
  { "job:run()", "bytenite run ID" },
  { "bytenite.datasource.file()", "--source file" },
  { "choose names of your own with file_name", "download single results with --only" },
  {
    'existing = "replace" overwrites it, "skip" keeps it',
    "--existing replace overwrites it, --existing skip keeps it",
  },
  { "put the query into query", "put the query into --query" },
  { "max_response_bytes", "--max-response-bytes" },
  { "base_url and service", "--base-url and --service" },
  { "base_url", "--base-url" },
  { "ca_file", "--ca-file" },
  { "ca_path", "BYTENITE_CA_PATH" },
}

local function escaped(text)
  return (text:gsub("%p", "%%%0"))
end

--- Rewrites a text of the module for the command line.
---@param text string
---@param id string|nil of the job that the text is about
---@return string
function wording.of_command(text, id)
  -- Messages about the file of profiles name members of the file, which must stay unchanged.
  local is_of_profiles <const> = text:find 'profile "[^"]*": /' or text:find 'no profile "[^"]*" in /'
  if is_of_profiles then return (text:gsub("and base_url is ", "and --base-url is ")) end
  for _, replacement in ipairs(REPLACEMENTS) do
    text = text:gsub("%f[%w_%-]" .. escaped(replacement[1]), function()
      return (replacement[2]:gsub("ID", function()
        return id
      end))
    end)
  end
  return text
end

--- Returns the message of a mistake, without the name of the method that raised it.
---@param message string as the module raises it
---@return string
function wording.of_mistake(message)
  return wording.of_command((message:gsub("^%l[%l_]*: ", "")))
end

return wording
