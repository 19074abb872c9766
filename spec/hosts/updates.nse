description = [[Makes the four updates of a job.]]
categories = { "safe" }

prerule = function()
  return true
end

action = function()
  return dofile "@FOLDER@/updates.lua"
end
