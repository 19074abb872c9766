print(dofile "@FOLDER@/updates.lua")
