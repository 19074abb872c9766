function Pandoc()
  return pandoc.Pandoc { pandoc.Para { pandoc.Str(dofile "@FOLDER@/updates.lua") } }
end
