package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// shape is what a command prints with --json.
type shape struct{ command, what string }

// shapes lists every command that prints JSON. Schemas with a number, such as govbench.run/1, change with it only.
func shapes() []shape {
	const cell = "scenario, design, protocol, network, machine, faults, replicas"
	return []shape{
		{"run", "a line a run (govbench.run/1), as runs.jsonl has it: schema, cell, " + cell + ", runtime, load, factors, seed, trial, digest, window_sec, " +
			"values (name, unit, better, exact, value), checks (name, ok, detail), warnings, provenance, category, limit, latency_cdf, stages, series, refusals, " +
			"state_root, amendments, storage (transactions, block_bytes, state_bytes, tx_per_year), parts (of a replica: cores, fsync_sec, disk_bytes_per_sec, link_bit_per_sec), and of a mix members. Times are in seconds. With --dry-run a line a cell: cell, " + cell + ", load, factors, seed, trial."},
		{"sweep", "as run."},
		{"saturate", "a line a search, as saturation.jsonl has it: schema, " + cell + ", runtime, factors, seed, trial, objective, precision, found, sustained, above, above_why, " +
			"confirmed, limit, city, throughput, latency_p50_sec, latency_p99_sec, curve, problem, broken, warnings. With --dry-run a line a search: " + cell + ", factors, seed, trial, objective, precision."},
		{"size", "a line a candidate (govbench.size/1), as size.jsonl has it: schema, " + cell + ", runtime, seed, survives, cores, disk, link, load, target, tried, objective, verdict (smallest, carries, too small), " +
			"run, why; of the smallest also cpu_utilisation, disk_utilisation, link_utilisation, throughput, latency_p50_sec, latency_p99_sec, block_bytes_per_tx, state_bytes_per_tx, tx_per_year, " +
			"growth_bytes_per_year, cores_cost_per_year, link_cost_per_year, disk_cost_per_year, cost_per_year, currency; sustained, limit, limit_detail, broken, warnings. " +
			"With --dry-run a line a candidate: scenario, design, replicas, cores, disk, link, target, tried. With --show-prices the price table: name, currency, date, source, core_hour, disks, links."},
		{"compare", "a line a cell and metric: schema, scenario, design, load, runtime, network, machine, faults, replicas, factors, metric, unit, better, exact, old, new, change, low, high " +
			"(shares), p, adjusted, verdict, warnings."},
		{"gate", "lines: of each session round, order_seed, trials, old, new, order; its comparisons as of compare; its noise as round, scenario, metric, noise, trials_needed; and last pass, failed, verdict. " +
			"With --baseline a line a case: scenario, series, load, runtime, seed, term, unit, old, new, status (pass, fail, warn), detail; and last pass, failed, verdict. With --update an object: wrote, runs."},
		{"history", "a line a series, with its points and change points."},
		{"history add", "a line a cell that was added: schema, version, at, " + cell + ", runtime, load, factors, values."},
		{"list", "an array of objects. Scenarios: id, name, name_zh, category, lead_agency, participants, provenance, family, sources, and more. Designs: name, title, protocol, fault_model, " +
			"min_replicas, replicas, source, settings. Networks, machines, faults: name, title, source. Workloads: name, title, laws, rules, scenarios. Metrics: name, unit, better, doc. Prices: as of size --show-prices."},
		{"show", "an object of list, or an array of them; a scenario has its whole page."},
		{"trace", "a line a request: id, at, scenario, agency, client, read, logged, case, last, op."},
		{"sequence", "a line a design, as sequence.jsonl has it: schema, cell, digest, scenario, design, load, seed, replicas, choice, request, height, proposer, at_sec, took_sec, " +
			"messages (from, to, kind, bytes, sent_sec, arrived_sec, own, height, lost; the client is -1, own is of the transaction or its block), " +
			"spans (replica, resource, asked_sec, began_sec, done_sec, work (op, n), bytes), marks (replica, kind, sec), left_out."},
		{"report", "an object: wrote, runs, failed."},
		{"init", "an object: wrote."},
		{"man", "an object: wrote, an array."},
		{"serve", "an object: url."},
	}
}

// newShapes is the page of help that tells what --json prints.
func newShapes() *cobra.Command {
	var b strings.Builder
	b.WriteString("With --json stdout holds JSON and nothing else; what went wrong is on stderr and in the exit status.")
	for _, s := range shapes() {
		b.WriteString("\n\n  govbench " + s.command + "\n" + s.what)
	}
	return &cobra.Command{Use: "json", Short: "what each command prints with --json", Long: b.String()}
}
