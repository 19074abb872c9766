--- completion.lua: the command that prints what a shell needs to complete the others.
local completion <const> = {
  name = "completion",
  summary = "Print a script that makes a shell complete commands and options.",
  examples = {
    "bytenite completion bash > ~/.local/share/bash-completion/completions/bytenite",
    "bytenite completion zsh > ~/.zfunc/_bytenite",
    "bytenite completion fish > ~/.config/fish/completions/bytenite.fish",
  },
  define = function(command)
    command:argument("shell", "bash, zsh or fish."):choices { "bash", "zsh", "fish" }
  end,
  run = function(context, given)
    local parser <const> = context.parser
    context.console:write(parser[("get_%s_complete"):format(given.shell)](parser))
  end,
}

return { completion }
