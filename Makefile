# Needs Go 1.26 and git. `make race` needs a C compiler besides; `make determinism` runs its arm64 leg where
# qemu-aarch64 is installed, and says so where it is not.

GO       ?= go
ARGS     ?=
TOOLS    := .ci/tools/go.mod
# Tests of two large packages in which goroutines meet; the others there would take minutes under the race detector for nothing.
RACE_RUNS     := ^Test(Durable|Syncs|EveryDesign|WallClock|Determinism|Stop|KeepFails|Moments|MixOfOne|OneRoot)
RACE_COMMANDS := ^Test(Gate(Live|Confirm|Exact)|Stop(AndResume|ped)|Live|DumbTerminal|HaltedTerminal|OneWriter|RetryFailed|Streams|Sweep(Failed|$$)|Serve|Effort|Thread)
# Packages whose results are the same where an int has 32 bits; the determinism check builds and runs the rest so.
PURE     := ./sim/... ./consensus ./consensus/raft ./consensus/pbft ./consensus/hotstuff ./consensus/mempool ./consensus/check ./workloads/... ./reports/result ./reports/record
# README.md's benchmarks.
BENCH    ?= Queue|Messages|PBFTMinute|PBFTConsensus128|HotStuffDecision256|HotStuff100x1000|Bubble|Mix(Source|Apply)

.DEFAULT_GOAL := help
.PHONY: help run build test race lint format bench determinism smoke gate-trials browser cover clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## compare three designs on twelve services (ARGS="..." adds flags)
	$(GO) run ./cmd/govbench run $(ARGS)

build: ## build bin/govbench
	$(GO) build -trimpath -o bin/govbench ./cmd/govbench

test: ## run all tests
	$(GO) test ./...

race: ## run the tests in which goroutines run under the race detector
	CGO_ENABLED=1 $(GO) test -race -short ./consensus/hashiraft/... ./reports/interleave/... ./reports/gallery/...
	CGO_ENABLED=1 $(GO) test -race -short -run '$(RACE_RUNS)' ./scenarios/experiment
	CGO_ENABLED=1 $(GO) test -race -short -run '$(RACE_COMMANDS)' ./cmd/govbench

lint: ## gofmt, go vet (also for 32 bits) and golangci-lint
	@test -z "$$(gofmt -l cmd consensus reports scenarios sim workloads | tee /dev/stderr)"
	$(GO) vet ./...
	GOARCH=386 CGO_ENABLED=0 $(GO) vet $(PURE)
	$(GO) tool -modfile=$(TOOLS) golangci-lint run ./...

format: ## format the code
	gofmt -w cmd consensus reports scenarios sim workloads

bench: ## run the benchmarks of README.md's table
	GOGC=800 $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -cpu 1 ./sim ./sim/cluster ./consensus/hashiraft ./scenarios

determinism: ## the same digests on every architecture, worker count and processor count
	$(GO) run ./cmd/determinism

smoke: ## run a small main job and check what it wrote
	$(GO) run ./cmd/smoke

gate-trials: ## how often gates on live runs are wrong: 200 without a change, 200 with a planted slowdown (hours)
	$(GO) run ./cmd/gatetrial $(ARGS)

browser: ## open reports and the pages of serve in headless Chromium: console, keyboard, contrast, phone (needs node 20)
	GO=$(GO) .ci/browser/run

cover: ## test coverage, by function in coverage.out
	$(GO) test -short -coverprofile=coverage.out ./...
	$(GO) tool cover -func=coverage.out | tail -n 1

clean: ## remove what make wrote
	rm -rf bin results report coverage.out
