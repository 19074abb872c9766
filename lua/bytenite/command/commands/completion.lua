--- completion.lua: the command `completion`: prints a completion script for a shell.

-- The scripts, by shell. They call the program (see bytenite.command.completion). Each can be
-- sourced, or installed in the shell's folder for completions.
local SCRIPTS <const> = {
  bash = [==[
# bash completion for bytenite: eval "$(bytenite completion bash)"
_bytenite() {
  local line=${COMP_LINE:0:COMP_POINT} words current IFS=$' \t\n'
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=${words[${#words[@]}-1]}
  IFS=$'\n'
  COMPREPLY=($("${words[0]}" __complete "${words[@]:1}" 2>/dev/null))
  # bash takes words apart at = and :, and replaces the last part only
  COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*[=:]}"}"}")
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=:~] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _bytenite bytenite
]==],
  zsh = [==[
#compdef bytenite
# zsh completion for bytenite: eval "$(bytenite completion zsh)"
_bytenite() {
  local -a candidates open
  candidates=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(${candidates:#})
  if (( ${#candidates} == 0 )); then
    _files
    return
  fi
  open=(${(M)candidates:#*[=:~]})
  candidates=(${candidates:#*[=:~]})
  (( ${#open} )) && compadd -S '' -- $open
  (( ${#candidates} )) && compadd -- $candidates
  return 0
}
if [[ ${funcstack[1]} == _bytenite ]]; then
  _bytenite "$@"
else
  (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit -u; }
  compdef _bytenite bytenite
fi
]==],
  fish = [==[
# fish completion for bytenite: bytenite completion fish | source
function __bytenite_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c bytenite -a '(__bytenite_complete)'
]==],
}

local completion <const> = {
  name = "completion",
  summary = "Print a completion script for a shell.",
  description = "Prints a script that makes a shell complete commands, options and values: states, levels,\n"
    .. "sources, and the ids of the jobs that were last listed on a terminal.",
  examples = {
    'eval "$(bytenite completion bash)" # in ~/.bashrc',
    'eval "$(bytenite completion zsh)" # in ~/.zshrc',
    "bytenite completion fish > ~/.config/fish/completions/bytenite.fish",
  },
  scripts = SCRIPTS, -- for docs/completion
  define = function(command)
    command:argument("shell", "bash, zsh or fish."):choices { "bash", "zsh", "fish" }
  end,
  run = function(context, given)
    context.console:write(SCRIPTS[given.shell])
  end,
}

return { completion }
