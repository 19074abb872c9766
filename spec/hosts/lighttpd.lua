lighty.r.resp_body.set { dofile "@FOLDER@/updates.lua", "\n" }
return 200
