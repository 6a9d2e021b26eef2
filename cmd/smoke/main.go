// Command smoke runs the main job with short runs, as a user would, and checks everything that it wrote:
// every run is there with its checks passed and its figures, every output file exists and parses, the page
// loads nothing from outside, and the resolved experiment gives the same digests again.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/result"
)

func main() {
	keep := pflag.String("out", "", "keep the results in this directory instead of a temporary one")
	short := pflag.String("duration", "6s", "how long load is offered in each run")
	pflag.Parse()
	if err := smoke(*keep, *short); err != nil {
		fmt.Fprintf(os.Stderr, "smoke: %v\n", err)
		os.Exit(1)
	}
}

func smoke(keep, duration string) error {
	work, err := os.MkdirTemp("", "smoke-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	out := keep
	if out == "" {
		out = filepath.Join(work, "out")
	}
	binary := filepath.Join(work, "govbench")
	if text, err := exec.Command("go", "build", "-o", binary, "./cmd/govbench").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	// In a short run the city load of a rare service would order next to nothing and be left out.
	if text, err := exec.Command(binary, "run", "--quiet", "--duration", duration, "--load", "500", "--load", "2000", "--out", out).CombinedOutput(); err != nil {
		return fmt.Errorf("run: %w\n%s", err, text)
	}
	records, err := result.ReadFile(filepath.Join(out, "runs.jsonl"))
	if err != nil {
		return err
	}
	if err := checkRecords(records); err != nil {
		return err
	}
	if err := checkFiles(out); err != nil {
		return err
	}
	if err := checkAgain(binary, out, filepath.Join(work, "again"), records); err != nil {
		return err
	}
	if err := checkWrongInput(binary, work); err != nil {
		return err
	}
	fmt.Printf("%d runs, every check passed, every output file parses\n", len(records))
	return nil
}

// checkAgain runs one design of the resolved experiment again: equal digests, or the file is not the
// experiment that was run.
func checkAgain(binary, out, again string, records []result.Record) error {
	const design = "pbft"
	cmd := exec.Command(binary, "run", filepath.Join(out, "experiment.yaml"), "--quiet", "--design", design, "--out", again)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run of experiment.yaml: %w\n%s", err, text)
	}
	repeated, err := result.ReadFile(filepath.Join(again, "runs.jsonl"))
	if err != nil {
		return err
	}
	type key struct{ scenario, load string }
	digests := map[key]string{}
	for _, r := range records {
		if r.Design == design {
			digests[key{r.Scenario, r.Load}] = r.Digest
		}
	}
	if len(repeated) == 0 || len(repeated) != len(digests) {
		return fmt.Errorf("experiment.yaml gives %d runs of %s instead of %d", len(repeated), design, len(digests))
	}
	for _, r := range repeated {
		if want := digests[key{r.Scenario, r.Load}]; r.Digest != want {
			return fmt.Errorf("experiment.yaml gives digest %s for %s on %s at %s instead of %s", r.Digest, design, r.Scenario, r.Load, want)
		}
	}
	return nil
}

// checkWrongInput tries what must end with status 2 and name the nearest word.
func checkWrongInput(binary, work string) error {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"run", "--design", "pbfd"}, "pbft"},
		{[]string{"run", "--scenario", "real-estate-registratio"}, "real-estate-registration"},
		{[]string{"run", "--load", "-5"}, "-5"},
		{[]string{"run", "--loda", "5"}, "--load"},
	} {
		text, err := exec.Command(binary, append(c.args, "--out", filepath.Join(work, "wrong"))...).CombinedOutput()
		var status *exec.ExitError
		if !errors.As(err, &status) || status.ExitCode() != 2 {
			return fmt.Errorf("govbench %s: %v instead of status 2\n%s", strings.Join(c.args, " "), err, text)
		}
		if !strings.Contains(string(text), c.want) {
			return fmt.Errorf("govbench %s does not mention %s: %s", strings.Join(c.args, " "), c.want, text)
		}
	}
	return nil
}
