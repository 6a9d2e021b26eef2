package main

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestCompletion: a shell can offer names with what they are.
func TestCompletion(t *testing.T) {
	for _, c := range []struct{ args, want, directive string }{
		{"run --scenario ", "real-estate-registration\tReal-estate registration", ":0"},
		{"run --scenario category:ep", "category:epidemic-recovery\tone by one\n", ":0"},
		{"trace ", "category:all\t", ":0"},
		{"list scenarios --category ", "epidemic-recovery\n", ":4"},
		{"list scenarios --family ", "register\t", ":4"},
		{"list scenarios --provenance ", "derived\ta typical member", ":4"},
		{"list scenarios --agency Beijing", "Beijing ", ":4"},
		{"show scenario ", "court-evidence-deposit\t", ":0"},
		{"show ", "families\n", ":4"},
		{"show family ", "custody\t", ":4"},
		{"show metric latency-p", "latency-p99\t", ":4"},
		{"run --design ", "hotstuff\tchained HotStuff", ":0"},
		{"run --design=p", "pbft\t", ":0"},
		{"run --load ", "documented\tthe volume", ":4"},
		{"run --network ", "metro\t", ":0"},
		{"saturate --network c", "constant:10ms\t", ":0"},
		{"sweep --machine ", "ideal\t", ":0"},
		{"run --faults ", "crash-leader\t", ":0"},
		{"run --clock ", "wall\treal time", ":4"},
		{"run --set design.bl", "design.block.max_txs=\t", ":6"},
		{"sweep --vary network.", "network.bandwidth=\t", ":6"},
		{"run --set design.pool=", "", ":4"},
		{"saturate --objective lat", "latency-p99\t", ":6"},
		{"compare a b --metric thr", "throughput\t", ":4"},
		{"compare a b --sort ", "worst\n", ":4"},
		{"trace x --format ", "jsonl\n", ":4"},
		{"run --out ", "", ":16"},
		{"list --color ", "never\n", ":4"},
		{"sa", "saturate\tfind the highest load", ":4"},
	} {
		o := govbench(t, append([]string{"__complete"}, strings.Split(c.args, " ")...)...)
		if !strings.Contains(o.stdout, c.want) || !strings.HasSuffix(o.stdout, c.directive+"\n") {
			t.Errorf("%s: %.300s", c.args, o.stdout)
		}
		typed := c.args[strings.LastIndexAny(c.args, " ")+1:]
		typed = strings.TrimPrefix(typed, "--design=")
		for line := range strings.Lines(o.stdout) {
			if !strings.HasPrefix(line, typed) && !strings.HasPrefix(line, ":") {
				t.Errorf("%s: offers %s", c.args, line)
			}
		}
	}
}

// anyText are the flags whose values no shell can guess, with what they are.
func anyText() map[string]string {
	return map[string]string{
		"duration": "a duration", "warmup": "a duration", "trace": "a file", "when": "a condition", "precision": "a share", "headroom": "a share", "prices": "a file",
		"alpha": "a share", "effect": "a share", "tolerance": "a share",
		"level": "a share", "at": "a time", "version": "a name", "results": "a directory or a file",
		"old": "a command", "new": "a command", "timeout": "a duration",
	}
}

// checkCompletion finds flags with a value that have no completion, and descriptions of flags that are none.
func checkCompletion(root *cobra.Command) (findings []string) {
	seen := map[string]bool{}
	walk(root, func(c *cobra.Command) {
		each := func(f *pflag.Flag) {
			seen[f.Name] = true
			_, has := c.GetFlagCompletionFunc(f.Name)
			_, any := anyText()[f.Name]
			switch {
			case f.Value.Type() == "bool" || strings.Contains(f.Value.Type(), "int") || has || any:
			case strings.Contains(f.Usage, "`FILE`"):
			default:
				findings = append(findings, c.CommandPath()+" --"+f.Name+" has no completion")
			}
		}
		c.Flags().VisitAll(each)
		c.PersistentFlags().VisitAll(each)
	})
	for _, name := range slices.Sorted(maps.Keys(completions())) {
		if !seen[name] {
			findings = append(findings, "no command has --"+name)
		}
	}
	return findings
}

func TestTreeCompletes(t *testing.T) {
	root := newRoot(io.Discard, io.Discard)
	wantNone(t, checkCompletion(root))
	root.Flags().String("planted", "", "`NAME`")
	wantFinding(t, checkCompletion(root), "govbench --planted has no completion")
}

// shared are the flags of run, saturate and sweep, which mean the same in all of them; what is after a slash is said
// differently on purpose.
const shared = `design scenario load clients trace trace-speed duration warmup replicas network machine faults clock trials seed
	set vary sample when jobs/ out json/ quiet dry-run resume retry-failed`

// TestTreeSharesFlags: run, saturate and sweep have the same flags with the same meaning, and of their own only what is
// listed.
func TestTreeSharesFlags(t *testing.T) {
	root := newRoot(io.Discard, io.Discard)
	own := map[string][]string{"run": {"stop-early", "prices"}, "sweep": {"stop-early", "prices"}, "saturate": {"objective", "precision"}}
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for name, more := range own {
		c, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(more)
		for _, flag := range strings.Fields(shared) {
			flag, differs := strings.CutSuffix(flag, "/")
			want = append(want, flag)
			f, model := c.Flags().Lookup(flag), run.Flags().Lookup(flag)
			if f == nil || model == nil || f.Value.Type() != model.Value.Type() || f.DefValue != model.DefValue || f.Usage != model.Usage && !differs {
				t.Errorf("--%s of %s is not that of run", flag, name)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !slices.Contains(want, f.Name) && f.Name != "help" {
				t.Errorf("--%s of %s is not listed", f.Name, name)
			}
		})
	}
}
