// Package history keeps the results of many versions in one file and finds where a metric changed.
//
// The file is JSON lines, a cell of a version a line, and only ever grows: each addition is written behind the
// last line in one piece and synced. A line says what was measured and when, and of every metric the median over the
// trials with its 95 % interval:
//
//	{"schema":"govbench.history/1","version":"v1.4.0","at":"2026-01-05T12:00:00Z",
//	 "scenario":"...","design":"...","protocol":"...","runtime":"virtual","network":"...","machine":"...","faults":"...",
//	 "replicas":4,"load":"city","factors":[{"name":"design.block.max_txs","value":"500"}],
//	 "values":[{"name":"latency-p50","unit":"sec","better":"lower","exact":true,"trials":1,"median":0.0071,"low":0.0071,"high":0.0071}]}
//
// Figures of runs whose checks failed are not kept.
package history
