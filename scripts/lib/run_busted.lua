-- busted without its own launcher, which follows whatever `lua` is.
require "busted.runner" { standalone = false }
