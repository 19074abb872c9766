function handle(request)
  local _, text = pcall(dofile, "@FOLDER@/updates.lua")
  request:puts(tostring(text) .. "\n")
  return apache2.OK
end
