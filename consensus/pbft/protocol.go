package pbft

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Names of the settings.
const (
	settingViewTimeout        = "view_timeout"
	settingViewTimeoutMax     = "view_timeout_max"
	settingCensorshipTimeout  = "censorship_timeout"
	settingStatusInterval     = "status_interval"
	settingCheckpointInterval = "checkpoint_interval"
	settingWindow             = "window"
	settingPipeline           = "pipeline"
	settingFetchBatch         = "fetch_batch"
	settingDurableVotes       = "durable_votes"
)

// Protocol describes PBFT and builds its machines.
func Protocol() consensus.Protocol {
	return consensus.Protocol{
		Name:        "pbft",
		Title:       "PBFT",
		Source:      "Castro and Liskov, Practical Byzantine Fault Tolerance, OSDI 1999; ACM TOCS 20(4), 2002",
		FaultModel:  consensus.ByzantineFaults,
		MinReplicas: 4,
		Answers:     func(n int) int { return consensus.MaxFaulty(n) + 1 },
		Settings:    settings(),
		New: func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
			return New(cfg, values)
		},
	}
}

func settings() []consensus.Setting {
	return []consensus.Setting{
		{Name: settingViewTimeout, Kind: consensus.SettingDuration, Default: "2s", Min: "1ms",
			Doc: "time a backup waits for progress before it suspects the primary (OSDI 4.4). assumed: 2s, four times the three delays of a commit at 300ms round trip"},
		{Name: settingViewTimeoutMax, Kind: consensus.SettingDuration, Default: "1m", Min: "1ms",
			Doc: "bound on the timeout, which doubles with each fruitless view change (OSDI 4.5.2). assumed: 1m"},
		{Name: settingCensorshipTimeout, Kind: consensus.SettingDuration, Default: "20s", Min: "1ms",
			Doc: "longest time one command may wait at a backup while others commit, before the primary is suspected. assumed: 20s"},
		{Name: settingStatusInterval, Kind: consensus.SettingDuration, Default: "500ms", Min: "1ms",
			Doc: "period of status messages, by which a replica that makes no progress asks for what it misses (TOCS, message retransmission). assumed: 500ms, above the three delays of a commit at 300ms round trip"},
		{Name: settingCheckpointInterval, Kind: consensus.SettingInt, Default: "128", Min: "1",
			Doc: "blocks from one checkpoint to the next (OSDI 4.3; TOCS measured with 128). A VIEW-CHANGE carries a certificate for every block since the stable one, so large groups want it small"},
		{Name: settingWindow, Kind: consensus.SettingInt, Default: "256", Min: "1",
			Doc: "sequence numbers between the low and the high watermark: a small multiple of checkpoint_interval (OSDI 4.3; TOCS measured with 2 x 128)"},
		{Name: settingPipeline, Kind: consensus.SettingInt, Default: "8", Min: "1",
			Doc: "blocks that the primary keeps in flight at once. assumed: 8"},
		{Name: settingFetchBatch, Kind: consensus.SettingInt, Default: "32", Min: "1",
			Doc: "blocks that a lagging replica asks for in one message. assumed: 32"},
		{Name: settingDurableVotes, Kind: consensus.SettingBool, Default: "true",
			Doc: "write votes to disk before sending them. With false, as in the paper's implementation, votes live in memory: a replica that restarts counts as faulty, and sits out its view"},
	}
}

// options are the settings, parsed.
type options struct {
	viewTimeout, viewTimeoutMax, censorshipTimeout, statusInterval time.Duration
	interval, window                                               uint64
	pipeline, fetchBatch                                           uint64
	durableVotes                                                   bool
}

func parseOptions(v consensus.Values) (options, error) {
	o := options{
		viewTimeout:       v.Duration(settingViewTimeout),
		viewTimeoutMax:    v.Duration(settingViewTimeoutMax),
		censorshipTimeout: v.Duration(settingCensorshipTimeout),
		statusInterval:    v.Duration(settingStatusInterval),
		interval:          uint64(v.Int(settingCheckpointInterval)),
		window:            uint64(v.Int(settingWindow)),
		pipeline:          uint64(v.Int(settingPipeline)),
		fetchBatch:        uint64(v.Int(settingFetchBatch)),
		durableVotes:      v.Bool(settingDurableVotes),
	}
	switch {
	case o.window < o.interval:
		return o, fmt.Errorf("%s is %d, which is below %s %d: the window would close before a checkpoint opens it",
			settingWindow, o.window, settingCheckpointInterval, o.interval)
	case o.window > windowMax:
		return o, fmt.Errorf("%s is %d: at most %d is allowed", settingWindow, o.window, windowMax)
	case o.viewTimeoutMax < o.viewTimeout:
		return o, fmt.Errorf("%s is %v, which is below %s %v",
			settingViewTimeoutMax, o.viewTimeoutMax, settingViewTimeout, o.viewTimeout)
	}
	return o, nil
}

// windowMax bounds the ring of slots. assumed: far above any use.
const windowMax = 1 << 16
