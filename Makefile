# Daily work. Everything is done by the scripts; `make help` lists the targets.
.DEFAULT_GOAL := build
.PHONY: build test lint format docs bench asan valgrind oom fuzz contract servers slurm mutants reliability picture fresh matrix hosts demo clean help

build: ## builds the C core in build/
	@scripts/build

test: ## runs all specs (some: scripts/test spec/jobs/job_spec.lua)
	@scripts/test

lint: ## checks layout and looks for mistakes in C, Lua and the scripts
	@scripts/lint

format: ## lays out the C and Lua code as lint wants it
	@scripts/format

docs: ## writes the reference page from its sources
	@lua5.4 docs/generate.lua

bench: ## measures calls, marshalling, loading and memory beside loops in C and other clients; writes bench/README.md
	@status=0; for script in run flight many marshal load memory breakdown blocks; do bench/$$script --write || status=$$?; done; exit $$status

asan: ## runs the specs with the sanitizers for addresses, undefined behaviour and leaks
	@scripts/asan

valgrind: ## runs the specs under valgrind
	@scripts/valgrind

oom: ## fails every allocation of a call, one after the other
	@scripts/oom

fuzz: ## feeds the JSON reader and writer, and the methods, with generated input
	@scripts/fuzz

contract: ## holds every call against the service's contract, by a server from npm that checks them (Prism)
	@scripts/contract

servers: ## makes calls through nginx, haproxy and Apache, and counts what was executed
	@scripts/servers

mutants: ## changes the code in one place at a time and counts what the specs notice (some: make mutants FILES="lua/bytenite/call")
	@scripts/mutants $(FILES)

slurm: ## runs jobs through Slurm's srun, on a cluster of one node made for the run
	@scripts/slurm

reliability: ## runs the fault suite and the checks behind real servers; writes docs/reliability.md
	@scripts/reliability

picture: ## takes the picture of a terminal in the README anew
	@scripts/picture

fresh: ## runs the README's two commands in a new minimal Debian root (of another release: make fresh RELEASE=trixie)
	@scripts/fresh $(RELEASE)

demo: ## shows the updates of a job against a sandbox, and a job that runs
matrix: ## runs the specs on other releases, processors, compilers and versions of Lua; writes docs/platforms.md (some: make matrix ROWS=i386)
	@scripts/matrix $(ROWS)

hosts: ## makes the four updates in programs that carry Lua, in a new root of trixie; writes docs/hosts.md
	@scripts/hosts --release trixie

demo: ## shows the four updates of a job against a sandbox
	@scripts/demo

clean: ## removes all that was built
	@rm -rf build bytenite; find src -name '*.o' -delete # luarocks make leaves the last two in a checkout

help: ## lists the targets
	@sed -n 's/^\([a-z]*\): ## \(.*\)/\1	\2/p' Makefile | expand -t 12
