package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// Names of what a sizing adds to an output directory, and to the name of that.
const (
	sizeFile   = "sizing.yaml"
	sizedFile  = "size.jsonl"
	sizeSuffix = "-size"
)

// sizeFlags are the flags of size: those of run that make sense, and its own.
type sizeFlags struct {
	runFlags
	load       string
	headroom   string
	objectives []string
	replicas   []int
	cores      []int
	disks      []string
	links      []string
	each       bool
	prices     string
	showPrices bool
}

func newSize() *cobra.Command {
	var flags sizeFlags
	cmd := &cobra.Command{
		Use:   "size [FILE]",
		Short: "find the smallest designs that carry a load, and what they cost a year",
		Long: `Find the smallest groups that carry services under an objective: for each design and number of replicas the fewest
cores and the least disk and link, what they cost a year by a price table, how busy they are, what a year adds to
storage, and up to which load they go and what holds them back then. Several services share one chain; --each sizes one
after the other. Without a file the experiment is the built-in quickstart; its loads and replicas do not matter.

A load is sized for in its busiest moment, offered evenly, with --headroom on top, and must meet the objective with two
seeds. An objective is terms as govbench saturate takes them; the default is
  ` + result.DefaultObjective().String() + `
More cores and better disks and links are taken to carry no less, so most candidates need no run.

Prices are a table of your own (--prices) or the built-in one, which is mostly assumed: --show-prices prints it, to be
edited. Its classes of disks and links are the candidates, unless --disk and --link name some. A year costs
  replicas x cores x 8760 h x core_hour + replicas x 12 x month of the link + growth in GB x 12 x gb_month of the disk
  growth = replicas x transactions a year x (bytes of blocks + bytes of state a transaction, as measured)

The result goes to stdout and progress to stderr. The output directory holds runs.jsonl (every run), size.jsonl (a
candidate a line), size.csv, report.html, report.md, plots/, experiment.yaml, and sizing.yaml (what was asked, with the prices).
In virtual time the same gives the same bytes for any --jobs. Ctrl-C stops cleanly, and --resume goes on from there.

Exit status: 0 done; 1 nothing carries the load, a check failed, or it was stopped; 2 the input is wrong.`,
		Example: `  govbench size --design raft --design pbft --scenario court-evidence-deposit
  govbench size --scenario category:epidemic-recovery --load surge --headroom 50% --replicas 4,7,10 --cores 4,8,16
  govbench size --show-prices > prices.yaml
  govbench size --design pbft --scenario real-estate-registration --prices prices.yaml --out results/sized
  govbench size --resume --out results/sized`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.showPrices {
				return showPrices(cmd.OutOrStdout(), flags.json)
			}
			return size(cmd, &flags, args)
		},
	}
	flags.addSize(cmd)
	return cmd
}

// addSize adds the flags.
func (f *sizeFlags) addSize(cmd *cobra.Command) {
	set := cmd.Flags()
	f.set = set
	set.StringArrayVar(&f.designs, "design", nil, "`NAME|FILE` of a design (repeatable)")
	set.StringArrayVar(&f.scenarios, "scenario", nil, "`ID|GLOB|category:NAME|FILE` of services, or a mix such as category:all (repeatable)")
	set.StringVar(&f.load, "load", "city", "`RATE|PRESET` to size for: requests per second, or documented, city or surge")
	set.StringVar(&f.headroom, "headroom", "30%", "`SHARE` that the load may grow by")
	set.StringArrayVar(&f.objectives, "objective", nil, "`TERMS` that the load must meet (repeatable: all must hold)")
	set.IntSliceVar(&f.replicas, "replicas", nil, "`N,...`: replicas of every design (default: each design's own number)")
	set.IntSliceVar(&f.cores, "cores", []int{2, 4, 8}, "`N,...`: cores of a replica")
	set.StringSliceVar(&f.disks, "disk", nil, "`CLASS,...` of the price table (default: all)")
	set.StringSliceVar(&f.links, "link", nil, "`CLASS,...` of the price table (default: all)")
	set.BoolVar(&f.each, "each", false, "size for one service at a time, not for all on one chain")
	set.StringVar(&f.prices, "prices", "", "`FILE` of a price table (default: the built-in one)")
	set.BoolVar(&f.showPrices, "show-prices", false, "print the built-in price table and do nothing else")
	set.StringVar(&f.network, "network", "", "`NAME|FILE` of a network, or constant:DELAY")
	set.StringVar(&f.machine, "machine", "", "`NAME|FILE` of a machine, whose cores and disk are the candidates'")
	set.StringVar(&f.faults, "faults", "", "`NAME|FILE` of a fault schedule, or none")
	set.IntVar(&f.trials, "trials", 0, "`N` seeds with which a candidate must carry the load")
	set.Uint64Var(&f.seed, "seed", 0, "`N`, the seed of the first trial")
	set.StringArrayVar(&f.settings, "set", nil, "`KEY=VALUE`: any setting by its path, such as design.block.max_txs=1 (repeatable)")
	set.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "`N` groups at a time")
	set.StringVar(&f.out, "out", "", "output `DIR` (default results/NAME-size, or results/NAME-size-2, ... when that holds results)")
	set.BoolVar(&f.json, "json", false, "print a candidate a line as JSON instead of the summary; with --show-prices, the table")
	set.BoolVar(&f.quiet, "quiet", false, "print no progress and no summary")
	set.BoolVar(&f.dryRun, "dry-run", false, "print the candidates and run nothing")
	set.BoolVar(&f.resume, "resume", false, "continue in an output directory, for what was asked there")
}

// showPrices prints the built-in price table.
func showPrices(w io.Writer, asJSON bool) error {
	if !asJSON {
		_, err := w.Write(experiment.PricesText())
		return err
	}
	prices, err := experiment.BuiltinPrices()
	if err != nil {
		return err
	}
	return printJSON(w, prices)
}

func size(cmd *cobra.Command, flags *sizeFlags, args []string) error {
	if flags.resume && flags.out == "" && len(args) == 0 {
		flags.out = filepath.Join(resultsDir, experiment.QuickstartName+sizeSuffix)
	}
	common := flags.runFlags
	common.replicas, common.loads = 1, []string{"city"} // of the plan, which takes those of the specification
	files, err := readExperiments(&common, args)
	if err != nil {
		return err
	}
	spec, err := flags.spec()
	if err != nil {
		return err
	}
	p, err := files[0].SizePlan(spec)
	if err != nil {
		return err
	}
	if flags.dryRun {
		return printCandidates(cmd.OutOrStdout(), p, flags.json)
	}
	return runSizing(cmd, flags, p)
}

// spec is what is asked: the defaults, or what the directory to resume in says, and the flags over it.
func (f *sizeFlags) spec() (experiment.SizeSpec, error) {
	spec, err := experiment.NewSizeSpec()
	if kept := filepath.Join(f.out, sizeFile); err == nil && f.resume && isFile(kept) {
		spec, err = experiment.ReadSizeSpec(kept)
	}
	if err != nil {
		return spec, err
	}
	if f.set.Changed("load") {
		if spec.Load, err = experiment.ParseLoad(f.load); err != nil {
			return spec, fmt.Errorf("--load: %w", err)
		}
	}
	if f.set.Changed("headroom") {
		if err := spec.Headroom.UnmarshalText([]byte(f.headroom)); err != nil {
			return spec, fmt.Errorf("--headroom: %w", err)
		}
	}
	if len(f.objectives) > 0 {
		o, err := result.ParseObjective(strings.Join(f.objectives, ", "))
		if err != nil {
			return spec, fmt.Errorf("--objective: %w", err)
		}
		spec.Objective = o.String()
	}
	if f.prices != "" {
		if spec.Prices, err = experiment.ReadPrices(f.prices); err != nil {
			return spec, err
		}
	}
	if f.set.Changed("replicas") {
		spec.Replicas = f.replicas
	}
	if f.set.Changed("cores") {
		spec.Cores = f.cores
	}
	if f.set.Changed("disk") {
		spec.Disks = f.disks
	}
	if f.set.Changed("link") {
		spec.Links = f.links
	}
	if f.set.Changed("each") {
		spec.Each = f.each
	}
	return spec, nil
}

// candidateLine is a candidate in --dry-run --json.
type candidateLine struct {
	Scenario string  `json:"scenario"`
	Design   string  `json:"design"`
	Replicas int     `json:"replicas"`
	Cores    int     `json:"cores"`
	Disk     string  `json:"disk"`
	Link     string  `json:"link"`
	Target   float64 `json:"target"`
	Tried    float64 `json:"tried"`
}

// printCandidates prints what would be sized, for people or as JSON lines.
func printCandidates(w io.Writer, p *experiment.SizePlan, asJSON bool) error {
	if !asJSON {
		n := 0
		for _, g := range p.Groups {
			n += len(g.Candidates)
		}
		fmt.Fprintf(w, "experiment %s: %s for the load %s and %v on top, so that %s\n", p.File.Name, plural(n, "candidate"), p.Spec.Load, p.Spec.Headroom, p.Objective)
	}
	for _, g := range p.Groups {
		for _, c := range g.Candidates {
			l := candidateLine{g.Scenario(), g.Design(), g.Replicas(), c.Cores, c.Disk.Name, c.Link.Name, g.Target.TxPerSec(), g.Tried().TxPerSec()}
			if !asJSON {
				fmt.Fprintf(w, "  %s on %s (%d replicas, %s, disk %s, link %s) at %.4g requests/s\n", l.Design, l.Scenario, l.Replicas, plural(l.Cores, "core"), l.Disk, l.Link, l.Tried)
				continue
			}
			line, err := json.Marshal(l)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s\n", line)
		}
	}
	if !asJSON {
		for _, s := range p.Skipped {
			fmt.Fprintf(w, "  skipped: %s\n", s)
		}
	}
	return nil
}

// runSizing makes the runs of a plan and writes everything about them.
func runSizing(cmd *cobra.Command, flags *sizeFlags, p *experiment.SizePlan) (err error) {
	dir := outputDir(&flags.runFlags, p.File.Name+sizeSuffix)
	s, err := openDir(dir, opening{resume: flags.resume}, &p.Plan, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := p.OfSizing(s.records); err != nil {
		return errors.Join(fmt.Errorf("%s: %w: resume with what made them, or name another directory with --out", filepath.Join(dir, runsFile), err), s.runs.Close())
	}
	asked, err := p.Spec.Marshal()
	if err == nil {
		err = errors.Join(s.keepExperiment(), replaceFile(filepath.Join(dir, sizeFile), asked))
	}
	if err != nil {
		return errors.Join(err, s.runs.Close())
	}
	g := newSizeProgress(cmd.ErrOrStderr(), flags.quiet, s, len(p.Groups))
	started := time.Now()
	sized, records, runErr := experiment.Size(cmd.Context(), p, experiment.SizeOptions{Jobs: flags.cellsAtATime(&p.File), Have: s.records, Keep: s.keep, Trying: g.trying, Sized: g.sized})
	g.close()
	if runErr != nil {
		if errors.Is(runErr, context.Canceled) {
			runErr = fmt.Errorf("stopped: %d runs are kept in %s; the rest: govbench size --resume --out %s", len(s.records), dir, shellQuote(dir))
		}
		return failure{errors.Join(runErr, s.runs.Close())}
	}
	if err := s.finishAs(records); err != nil {
		return failure{err}
	}
	return reportSizing(cmd, flags, s, p, sized, started)
}

// reportSizing writes the report, tells the result, and fails when nothing carries the load or a check broke.
func reportSizing(cmd *cobra.Command, flags *sizeFlags, s *store, p *experiment.SizePlan, sized []result.Sizing, started time.Time) error {
	in, err := experiment.ReportSizings(p, sized, s.records)
	if err != nil {
		return failure{err}
	}
	in.Title += ": how big it must be"
	in.Environment = environment(started, time.Now())
	in.Command = fmt.Sprintf("govbench size --resume --out %s", shellQuote(s.dir))
	if err := render.WriteSizings(s.dir, in); err != nil {
		return failure{err}
	}
	w := cmd.OutOrStdout()
	switch {
	case flags.json:
		err = in.WriteJSON(w)
	case !flags.quiet:
		if err = render.SizingText(w, in); err == nil {
			_, err = fmt.Fprintf(w, "\nreport: %s\n", filepath.Join(s.dir, "report.html"))
		}
	}
	if err != nil {
		return failure{err}
	}
	var broken []string
	for _, z := range sized {
		for _, b := range z.Broken {
			broken = append(broken, fmt.Sprintf("  %s on %s: %s", z.Design, z.Scenario, firstLine(b)))
		}
	}
	if len(broken) > 0 {
		return failure{fmt.Errorf("a check or a run failed:\n%s", strings.Join(broken, "\n"))}
	}
	if len(result.Cheapest(sized)) == 0 {
		return failure{errors.New("no candidate carries the load: give more --cores, other --disk and --link classes, or a smaller --load or --headroom")}
	}
	return nil
}
