package render

import (
	"fmt"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// loadNote says what a load counts.
const loadNote = "A load counts requests. Those that change something are transactions (tx): the whole group orders them, and throughput and latency are theirs alone. " +
	"Reads are answered by one replica from its own state; they are counted apart (reads/s) and have their own latency. " +
	"Less than the load's name may fall due: the next request of a case waits for the answer to the one before and for the applicant to go on, so cases ramp up, and stall where answers do."

// rateText writes transactions and, where the scenario has any, reads per second.
func rateText(c stats.Cell, tx, reads string) string {
	s := quantity(c.Number(tx), "tx/sec")
	if c.Number("read-offered") > 0 {
		s += " + " + quantity(c.Number(reads), "read/sec")
	}
	return s
}

func offeredText(c stats.Cell) string { return rateText(c, "offered", "read-offered") }

// answeredText is what a cell answered; beside what it was offered when that is more.
func answeredText(c stats.Cell) string {
	if c.Carried() {
		return rateText(c, "throughput", "read-throughput")
	}
	s := figure(c.Number("throughput")) + " of " + quantity(c.Number("offered"), "tx/sec")
	if c.Number("read-offered") > 0 {
		s += " + " + figure(c.Number("read-throughput")) + " of " + quantity(c.Number("read-offered"), "read/sec")
	}
	return s
}

// limitShort is what limits a cell in a word or two.
func limitShort(c stats.Cell) string {
	switch l := limitWord(c); l {
	case result.LimitOffered:
		return "nothing"
	case result.LimitRounds:
		return "round trips"
	default:
		return limitText(l)
	}
}

// heldBack is what holds back a cell that does not carry its load, with an article.
func heldBack(c stats.Cell) string {
	switch l := limitWord(c); l {
	case result.LimitRounds:
		return "protocol round trips"
	case result.LimitCPU, result.LimitDisk, result.LimitLink:
		return "the " + limitText(l)
	case result.LimitOffered:
		return "chance" // one trial in several
	}
	return "something that its runtime does not meter"
}

// trialsText says of how many trials a cell's figures are the medians; empty for one.
func trialsText(c stats.Cell) string {
	if len(c.Trials) < 2 {
		return ""
	}
	return fmt.Sprintf(" (medians of %d trials)", len(c.Trials))
}
