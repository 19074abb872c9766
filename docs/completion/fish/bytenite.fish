# fish completion for bytenite: bytenite completion fish | source
function __bytenite_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c bytenite -a '(__bytenite_complete)'
