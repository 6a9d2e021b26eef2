package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wrongArgs is a command line of run and what its error holds.
type wrongArgs struct {
	args string
	want []string
}

// TestWrongFlags: every wrong value is refused with the flag, what was found, what is allowed and the
// nearest name, before anything is written.
func TestWrongFlags(t *testing.T) {
	refuse(t, []wrongArgs{
		{"--design pbtf", []string{`--design: unknown design "pbtf": allowed are `, `did you mean pbft?`}},
		{"--scenario real-estat-registration", []string{`--scenario: unknown scenario "real-estat-registration": allowed are `, `did you mean real-estate-registration?`}},
		{"--scenario category:epidemic", []string{`--scenario: unknown category "epidemic": allowed are `, `did you mean category:epidemic-recovery?`}},
		{"--scenario nothing-*", []string{`--scenario: unknown scenario "nothing-*"`}},
		{"--network metri", []string{`--network: unknown network "metri": allowed are cloud-regions, constant:DELAY, metro`, `did you mean metro?`}},
		{"--network constant:10", []string{`--network: network constant: "10" has no unit: allowed is a duration such as`}},
		{"--machine referense", []string{`--machine: unknown machine "referense": allowed are `, `did you mean reference?`}},
		{"--faults crash-leadr", []string{`--faults: unknown fault schedule "crash-leadr": allowed are `, `did you mean crash-leader?`}},
		{"--clock wal", []string{`--clock: unknown clock "wal": allowed are virtual, wall; did you mean wall?`}},
		{"--load -5", []string{`--load: load "-5" is negative`}},
		{"--load 0", []string{`--load: load "0" is zero: allowed is a rate above zero`}},
		{"--load citty", []string{`--load: unknown load "citty": allowed are `, `did you mean city?`}},
		{"--load 5 --load 5", []string{`the plan has a run twice: `}},
		{"--duration 10", []string{`--duration: "10" has no unit: allowed is a duration such as`}},
		{"--duration 10x", []string{`--duration: "10x" is not understood: allowed is a duration such as`}},
		{"--duration 48h", []string{`--duration: found 48h0m0s: allowed are more than 0s, up to 24h`}},
		{"--duration 0s", []string{`--duration: found 0s: allowed are more than 0s, up to 24h`}},
		{"--warmup 30s", []string{`--warmup: found 30s: allowed is less than the duration, 30s`}},
		{"--replicas 3", []string{`--replicas: pbft with 3 replicas survives no fault: allowed are 1, or 4 and more`}},
		{"--replicas 0", []string{`--replicas: found 0: allowed is 1 or more`}},
		{"--replicas 5000", []string{`--replicas: found 5000: allowed are 1 to 1000`}},
		{"--trials 0", []string{`--trials: found 0: allowed is 1 or more`}},
		{"--trials x", []string{`invalid argument "x" for "--trials" flag`}},
		{"--jobs 0", []string{`--jobs: found 0: allowed is 1 or more`}},
		{"--clients 0", []string{`--clients: found 0: allowed is 1 or more`}},
		{"--clients 5 --load 10", []string{`--clients and --load: `}},
		{"--clock wall --design pbft", []string{`--clock: protocol pbft runs on the virtual clock only`}},
		{"--design pbft --design pbft", []string{`--design: two designs are named pbft`}},
		{"--trials 50000 --vary seed=1,100,200", []string{`--trials: found 50000: allowed are 1 to 10000`}},
		{"--trials 10000 --vary seed=1,100,200", []string{`the plan has 180000 runs: allowed are 100000`}},
		{"--load 1000000000", []string{`is more than 100000000 requests in 30s`}},
		{"--sed 1", []string{`unknown flag --sed; did you mean --seed?`}},
		{"nosuch.yaml", []string{`nosuch.yaml: no such file`}},
		{"--design nosuch.yaml", []string{`--design: stat nosuch.yaml: no such file`}},
		{".", []string{`.: is a directory, not a file`}},
	})
}

// TestWrongSettings is TestWrongFlags for --set and --vary.
func TestWrongSettings(t *testing.T) {
	refuse(t, []wrongArgs{
		{"--set design.block.max_tx=1", []string{`--set design.block.max_tx: unknown setting "design.block.max_tx": allowed are `, `did you mean design.block.max_txs?`}},
		{"--vary design.replica=4,7", []string{`--vary design.replica: unknown setting "design.replica": allowed are `, `did you mean design.replicas?`}},
		{"--set design.pool", []string{`--set: found "design.pool": allowed is KEY=VALUE`}},
		{"--vary design.pool=", []string{`--vary: found "design.pool=": allowed is KEY=V1,V2,...`}},
		{"--vary design.pool=5,5", []string{`the plan has a run twice: `}},
		{"--set design.pool=0x10", []string{`--set design.pool: found "0x10": allowed is a whole number`}},
		{"--set design.pool=0", []string{`--set design.pool: found 0: allowed are 1 to 100000000`}},
		{"--set design.block.max_bytes=1MB1", []string{`--set design.block.max_bytes: "1MB1"`, `allowed is a size such as`}},
		{"--set design.params.view_timeot=1s --design pbft", []string{`--set design.params.view_timeot: unknown setting of pbft "view_timeot": allowed are `, `did you mean view_timeout?`}},
		{"--set design.params.view_timeout=1 --design pbft", []string{`--set design.params.view_timeout: view_timeout: "1" is not a duration`}},
		{"--set design.params.x=1 --design hashiraft", []string{`--set design.params.x: protocol hashiraft has no settings`}},
		{"--set design.signature=ed2551", []string{`--set design.signature: unknown signature scheme "ed2551": allowed are `, `did you mean ed25519?`}},
		{"--set scenario.read_percent=200", []string{`--set scenario.read_percent: `, `ReadPercent is 200, allowed: 0 ... 100`}},
		{"--set scenario.clients_at=hadian", []string{`--set scenario.clients_at: `, `unknown site of metro "hadian"`, `did you mean haidian?`}},
		{"--set scenario.shape=offce", []string{`--set scenario.shape: unknown arrival shape "offce"`}},
		{"--set network.delay=2h", []string{`--set network.delay: found 2h0m0s: allowed is at most 1h0m0s`}},
		{"--set network.bandwidth=1", []string{`--set network.bandwidth: "1" has no unit: allowed is a bit rate such as`}},
		{"--set network.jitter=unifrm:1ms", []string{`--set network.jitter: unknown jitter "unifrm"`, `did you mean uniform?`}},
		{"--set network.name=metri", []string{`--set network.name: unknown network "metri"`}},
		{"--set machine.fsync=10", []string{`--set machine.fsync: "10" has no unit`}},
		{"--set machine.cores=0", []string{`--set machine.cores: found 0: allowed are 1 to 4096`}},
		{"--set machine.verify=10s", []string{`--set machine.verify: found 10s: allowed is at most 1s`}},
		{"--set load=-1", []string{`--set load: load "-1" is negative`}},
		{"--set seed=-1", []string{`--set seed: found "-1": allowed is a whole number`}},
	})
}

func refuse(t *testing.T, cases []wrongArgs) {
	for _, c := range cases {
		t.Run(c.args, func(t *testing.T) {
			t.Chdir(t.TempDir())
			args := append([]string{"run"}, strings.Fields(c.args)...)
			if !strings.Contains(c.args, "--scenario") {
				args = append(args, "--scenario", "court-evidence-deposit") // the plan of one is quick
			}
			o := govbench(t, args...)
			o.want(t, exitInput, append(c.want, "govbench: ")...)
			if o.stdout != "" || strings.Count(o.stderr, "\n") != 1 {
				t.Errorf("stdout %q, stderr of %d lines:\n%s", o.stdout, strings.Count(o.stderr, "\n"), o.stderr)
			}
			if there, _ := filepath.Glob("*"); len(there) > 0 {
				t.Errorf("wrong input left %v behind", there)
			}
		})
	}
}

func TestWrongCommands(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"rnu", `; did you mean run?`},
		{"list", `found 0 arguments: allowed is list KIND, where KIND is one of scenarios, designs`},
		{"list metrcs", `unknown kind "metrcs": allowed are `},
		{"show design pbtf", `unknown design "pbtf": allowed are hashiraft, hotstuff, pbft, raft; did you mean pbft?`},
		{"show scenario helth-status-attestation", `did you mean health-status-attestation?`},
		{"init", `found 0 arguments: allowed is a directory`},
		{"report", `no directory of results: name one that govbench run wrote`},
		{"report .", `. holds no results: runs.jsonl is missing`},
		{"run --resume", `holds no experiment to resume: experiment.yaml is missing`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Chdir(t.TempDir())
			govbench(t, strings.Fields(c.args)...).want(t, exitInput, c.want)
		})
	}
}

// TestWrongFiles: what is wrong in a file is named with its line and column.
func TestWrongFiles(t *testing.T) {
	const rest = "designs: [pbft]\nscenarios: [court-evidence-deposit]\nload: [10]\n"
	for _, c := range []struct{ name, text, want string }{
		{"key", rest + "netwrok: metro\n", `:4:1: netwrok: unknown key: allowed are `},
		{"key's nearest", rest + "netwrok: metro\n", `did you mean network?`},
		{"design", "designs: [raft, pbtf]\nscenarios: [court-evidence-deposit]\nload: [10]\n", `:1:17: designs[1]: unknown design "pbtf": allowed are hashiraft, hotstuff, pbft, raft; did you mean pbft?`},
		{"scenario", "designs: [pbft]\nscenarios: [court-evidence-deposi]\nload: [10]\n", `:2:13: scenarios[0]: unknown scenario "court-evidence-deposi"`},
		{"network", rest + "network: metri\n", `:4:10: network: unknown network "metri"`},
		{"machine", rest + "machine: idael\n", `:4:10: machine: unknown machine "idael": allowed are edge, ideal, reference; did you mean ideal?`},
		{"faults", rest + "faults: lossi\n", `:4:9: faults: unknown fault schedule "lossi"`},
		{"clock", rest + "clock: wal\n", `:4:8: clock: unknown clock "wal": allowed are virtual, wall; did you mean wall?`},
		{"load", "designs: [pbft]\nscenarios: [court-evidence-deposit]\nload: [10, citty]\n", `:3:12: load[1]: unknown load "citty"`},
		{"negative load", "designs: [pbft]\nscenarios: [court-evidence-deposit]\nload: [-10]\n", `:3:8: load[0]: load "-10" is negative`},
		{"zero load", "designs: [pbft]\nscenarios: [court-evidence-deposit]\nload: [0]\n", `:3:8: load[0]: load "0" is zero: allowed is a rate above zero`},
		{"no unit", rest + "duration: 10\n", `:4:11: duration: "10" has no unit: allowed is a duration such as`},
		{"warmup", rest + "duration: 10s\nwarmup: 10s\n", `:5:9: warmup: found 10s: allowed is less than the duration, 10s`},
		{"trials", rest + "trials: 0\n", `:4:9: trials: found 0: allowed are 1 to 10000`},
		{"octal", rest + "trials: 010\n", `:4:9: trials: found 010, which YAML readers understand differently`},
		{"set", rest + "set: {design.blok: 1}\n", `:4:20: set.design.blok: unknown setting "design.blok"`},
		{"set's value", rest + "set: {design.pool: many}\n", `:4:20: set.design.pool: found "many": allowed is a whole number`},
		{"vary", rest + "vary: {design.block.max_wait: [10ms, 20]}\n", `vary.design.block.max_wait: "20" has no unit`},
		{"vary nothing", rest + "vary: {design.pool: []}\n", `vary.design.pool: found no values`},
		{"set and vary", rest + "set: {design.pool: 5}\nvary: {design.pool: [5, 6]}\n", `set.design.pool: found under vary as well`},
		{"clients and load", rest + "clients: 5\n", `:4:10: clients: found beside load`},
		{"no designs", "scenarios: [court-evidence-deposit]\nload: [10]\n", `:1:1: designs: none: name at least one`},
		{"no load", "designs: [pbft]\nscenarios: [court-evidence-deposit]\n", `:1:1: load: none: give a preset or a rate`},
		{"inline replicas", "designs:\n  - name: mine\n    protocol: pbft\n    replicas: 3\nscenarios: [court-evidence-deposit]\nload: [10]\n", `:4:15: designs[0].replicas: pbft with 3 replicas survives no fault: allowed are 1, or 4 and more`},
		{"inline protocol", "designs: [{name: mine, protocol: pbtf}]\nscenarios: [court-evidence-deposit]\nload: [10]\n", `:1:34: designs[0].protocol: unknown protocol "pbtf"`},
		{"inline params", "designs: [{name: mine, protocol: pbft, params: {windw: 5}}]\nscenarios: [court-evidence-deposit]\nload: [10]\n", `designs[0].params.windw: unknown setting of pbft "windw"`},
		{"inline block", "designs: [{name: mine, protocol: pbft, block: {max_txs: 0}}]\nscenarios: [court-evidence-deposit]\nload: [10]\n", `designs[0].block.max_txs: found 0: allowed are 1 to 1000000`},
		{"two names", "designs: [pbft, {name: pbft, protocol: raft}]\nscenarios: [court-evidence-deposit]\nload: [10]\n", `:1:10: designs: two designs are named pbft`},
		{"pbft on the wall clock", rest + "clock: wall\n", `:4:8: clock: protocol pbft runs on the virtual clock only`},
		{"inline network", rest + "network: {name: net, sites: [a, b], source: s, rtt: [[0s, 1ms]]}\n", `:4:11: network: network net: the delay matrix has 1 rows for 2 sites`},
		{"no source", rest + "network: {name: net, sites: [a], rtt: [[0s]]}\n", `network: the key source is missing`},
		{"inline machine", rest + "machine: {name: m, base: referense, source: s}\n", `unknown machine "referense"`},
		{"inline faults", rest + "faults: {name: f, crashes: [{replica: 9, from: 1s}]}\n", `:4:10: faults: f: `},
		{"alias", "name: &x a\nload: [*x]\n", `anchors and aliases are not allowed`},
		{"bomb", "name: &a [x, x]\nload: &b [*a, *a]\n", `anchors and aliases are not allowed`},
		{"twice", rest + "load: [20]\n", `:4:1: load: found the key a second time: it is on line 3 already`},
		{"second document", rest + "---\nname: b\n", `found a second document: allowed is one in each file`},
		{"tab", "name: a\n\tseed: 1\n", `found a tab`},
		{"empty", "", `the file is empty`},
		{"binary", "\x7fELF\x00\x01", `allowed is text in UTF-8`},
		{"big", "# " + strings.Repeat("x", 1<<20) + "\n", `allowed are at most 1048576`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "exp.yaml", c.text)
			t.Chdir(t.TempDir())
			o := govbench(t, "run", path)
			o.want(t, exitInput, "govbench: "+path+":", c.want)
			if there, _ := filepath.Glob("*"); o.stdout != "" || len(there) > 0 {
				t.Errorf("stdout %q, wrote %v", o.stdout, there)
			}
		})
	}
}

// TestOutputDirectory: a place that cannot be written is said before a run is made, and results that
// are there stay as they are.
func TestOutputDirectory(t *testing.T) {
	file := write(t, "file", "mine")
	for _, c := range []struct{ out, want string }{
		{file, `--out: ` + file + ` is a file: allowed is a directory`},
		{filepath.Join(file, "below"), `--out: cannot make the output directory: `},
		{"/proc/govbench", `--out: cannot make the output directory: `},
	} {
		o := govbench(t, "run", write(t, "small.yaml", small), "--out", c.out)
		o.want(t, exitInput, c.want)
		if o.stdout != "" {
			t.Errorf("%s: stdout %q", c.out, o.stdout)
		}
	}
	if read(t, file) != "mine" {
		t.Error("the file was changed")
	}

	dir := t.TempDir()
	path := write(t, "small.yaml", small)
	govbench(t, "run", path, "--out", dir, "--quiet").want(t, exitOK)
	before := read(t, dir, runsFile)
	govbench(t, "run", path, "--out", dir).want(t, exitInput, "the file already holds 4 runs", "--resume")
	if read(t, dir, runsFile) != before {
		t.Error("the results that were there were changed")
	}
	govbench(t, "run", path, "--out", dir, "--resume", "--load", "90").want(t, exitInput, "4 of its 4 runs are not of this experiment")
	if read(t, dir, runsFile) != before {
		t.Error("the results of another experiment were changed")
	}
	for _, entry := range []string{"report.html", "report.md", "summary.csv", "bench.txt", "environment.json", experimentFile} {
		if info, err := os.Stat(filepath.Join(dir, entry)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", entry, err)
		}
	}
}

func TestReportOfNoDirectory(t *testing.T) {
	file := write(t, runsFile, "{}")
	govbench(t, "report", file).want(t, exitInput, "is a file: allowed is a directory", filepath.Dir(file))
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, runsFile), 0o755); err != nil {
		t.Fatal(err)
	}
	govbench(t, "report", dir).want(t, exitInput, runsFile+":1", "is no regular file")
}
