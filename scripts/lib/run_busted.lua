-- busted without its own launcher, which follows whatever `lua` is.
--
-- busted unloads after each file what the file has loaded. The loop of luv would be freed with its
-- module, and the next file that requires luv would work in freed memory: so it is loaded before.
pcall(require, "luv")
require "busted.runner" { standalone = false }
