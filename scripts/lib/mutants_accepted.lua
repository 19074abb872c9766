--- mutants_accepted.lua: changes that survive scripts/mutants, and why they may. Each entry names the file, the line of
--- code and the change as the script prints them: an entry for a line that has changed since is of no effect.
return {}
