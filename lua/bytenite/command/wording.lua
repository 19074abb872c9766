--- wording.lua: says in the command line's words what the module says in its own: its errors name
--- methods and options of the module.
local wording <const> = {}

-- What messages and hints of the module name, and what it is called here; "ID" stands for the job's
-- id. Longer ones go first.
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
  { "choose names of your own with file_name", "fetch single ones with --only" },
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

--- Puts a text of the module into the words of the command line.
---@param text string
---@param id string|nil the job that it is about
---@return string
function wording.of_command(text, id)
  -- A mistake in the file of profiles names members of the file.
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

--- The message of a mistake, without the name of the method that found it.
---@param message string as the module raises it
---@return string
function wording.of_mistake(message)
  return wording.of_command((message:gsub("^%l[%l_]*: ", "")))
end

return wording
