package hotstuff

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Protocol describes chained HotStuff with the three-chain commit rule.
func Protocol() consensus.Protocol {
	return consensus.Protocol{
		Name:        "hotstuff",
		Title:       "Chained HotStuff (three-chain)",
		Source:      "Yin, Malkhi, Reiter, Gueta, Abraham: HotStuff: BFT Consensus in the Lens of Blockchain, PODC 2019, arXiv:1803.05069v6",
		FaultModel:  consensus.ByzantineFaults,
		MinReplicas: 4,
		Answers:     func(n int) int { return consensus.MaxFaulty(n) + 1 },
		Settings: []consensus.Setting{
			{Name: "view_timeout", Kind: consensus.SettingDuration, Default: "1s", Min: "1ms",
				Doc: "how long a replica with work to do waits in a view before it gives up on it; it must exceed a round trip and the block cutter's max_wait. assumed: 1s, three times a round trip of 300ms"},
			{Name: "timeout_multiplier", Kind: consensus.SettingInt, Default: "2", Min: "1",
				Doc: "factor on view_timeout for each view given up since the last commit (§4.4: the timeout grows until it exceeds the unknown delay bound)"},
			{Name: "timeout_max", Kind: consensus.SettingDuration, Default: "60s", Min: "1ms",
				Doc: "upper bound of the grown timeout. assumed: far above any delay a network of sites shows"},
			{Name: "leader", Kind: consensus.SettingChoice, Default: "rotating", Choices: []string{"rotating", "stable"},
				Doc: "rotating: a new leader each view, round robin (§5); stable: a leader stays until its view times out (§6, pacemaker policy)"},
			{Name: "aggregate", Kind: consensus.SettingBool, Default: "false",
				Doc: "certificates are one aggregate signature (the paper's threshold signatures, §3) instead of a list of signatures"},
			{Name: "sync_retry", Kind: consensus.SettingDuration, Default: "500ms", Min: "1ms",
				Doc: "how long a replica that misses blocks waits for one peer before it asks the next. assumed: a round trip of 300ms and time to send the blocks"},
			{Name: "sync_blocks", Kind: consensus.SettingInt, Default: "64", Min: "1",
				Doc: "committed blocks in one answer to a replica that catches up. assumed"},
			{Name: "checkpoint_records", Kind: consensus.SettingInt, Default: "128", Min: "1",
				Doc: "records in the write-ahead log after which it is replaced by one state record. assumed"},
		},
		New: func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
			return New(cfg, optionsOf(values))
		},
	}
}

// Options are the protocol's settings in typed form; Protocol documents them.
type Options struct {
	ViewTimeout       time.Duration
	TimeoutMultiplier int64
	TimeoutMax        time.Duration
	Stable            bool
	Aggregate         bool
	SyncRetry         time.Duration
	SyncBlocks        int
	CheckpointRecords int
}

func optionsOf(v consensus.Values) Options {
	return Options{
		ViewTimeout:       v.Duration("view_timeout"),
		TimeoutMultiplier: int64(v.Int("timeout_multiplier")),
		TimeoutMax:        v.Duration("timeout_max"),
		Stable:            v.Choice("leader") == "stable",
		Aggregate:         v.Bool("aggregate"),
		SyncRetry:         v.Duration("sync_retry"),
		SyncBlocks:        v.Int("sync_blocks"),
		CheckpointRecords: v.Int("checkpoint_records"),
	}
}

// New builds the machine of replica cfg.Self.
func New(cfg consensus.Config, o Options) (*Machine, error) {
	if o.TimeoutMax < o.ViewTimeout {
		return nil, fmt.Errorf("timeout_max %v is below view_timeout %v", o.TimeoutMax, o.ViewTimeout)
	}
	if cfg.N < 1 || cfg.Self < 0 || int(cfg.Self) >= cfg.N {
		return nil, fmt.Errorf("replica %d is not in a group of %d", cfg.Self, cfg.N)
	}
	m := &Machine{
		opt:     o,
		self:    cfg.Self,
		n:       cfg.N,
		quorum:  consensus.ByzantineQuorum(cfg.N),
		faulty:  consensus.MaxFaulty(cfg.N),
		auth:    cfg.Auth,
		rules:   rules{safe: (*Machine).safe, decide: (*node).threeChain},
		seen:    make([]uint64, cfg.N),
		votedBy: make([]uint64, cfg.N),
		gaveUp:  make([]uint64, cfg.N),
	}
	m.tree.reset(genesis())
	m.high.node = m.tree.root
	m.lock = statementOf(m.tree.root.block)
	m.view = 1
	return m, nil
}
