package strict

import (
	"strings"
	"testing"
	"time"
)

func TestUnits(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "512": 512, "512B": 512, "512KiB": 512 << 10, "1MiB": 1 << 20, "1.5KiB": 1536, "4kB": 4000, "2GB": 2e9, "1 MiB": 1 << 20, "0.5MiB": 1 << 19,
	} {
		if got, err := ParseSize(in); err != nil || int64(got) != want {
			t.Errorf("%q: %d, %v; want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]int64{"1Gbit": 1e9, "100Mbit": 1e8, "2.5Gbit": 25e8, "64kbit": 64000, "9600bit": 9600, "1Gbit/s": 1e9} {
		if got, err := ParseBitRate(in); err != nil || int64(got) != want {
			t.Errorf("%q: %d, %v; want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]time.Duration{"0": 0, "0s": 0, "50ms": 50 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "2m30s": 150 * time.Second, "500us": 500 * time.Microsecond} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
}

func TestUnitsRefuse(t *testing.T) {
	parsers := map[string]func(string) error{
		"size":     func(s string) error { _, err := ParseSize(s); return err },
		"bit rate": func(s string) error { _, err := ParseBitRate(s); return err },
		"duration": func(s string) error { _, err := ParseDuration(s); return err },
	}
	for _, c := range []struct{ kind, in, part string }{
		{"size", "", "not understood"}, {"size", "-1", "negative"}, {"size", "-1MiB", "negative"}, {"size", "1mib", "not understood"}, {"size", "010", "not understood"},
		{"size", "1.5B", "not a whole number"}, {"size", "1.B", "not understood"}, {"size", "MiB", "not understood"}, {"size", "1e3", "not understood"},
		{"size", "9999999999TiB", "too large"}, {"size", "99999999999999999999", "too large"}, {"size", "4999999999999999999", "too large"}, {"size", "1.0000000001KiB", "not understood"},
		{"bit rate", "1000", "no unit"}, {"bit rate", "-1Gbit", "negative"}, {"bit rate", "1Gb", "not understood"}, {"bit rate", "1GiB", "not understood"}, {"bit rate", "0.5bit", "whole number"},
		{"duration", "50", "no unit"}, {"duration", "-1s", "negative"}, {"duration", "+1s", "not understood"}, {"duration", "1 s", "not understood"}, {"duration", "", "not understood"}, {"duration", "5parsecs", "not understood"},
		{"duration", "99999999h", "not understood"},
	} {
		if err := parsers[c.kind](c.in); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s %q: %v; want an error with %q", c.kind, c.in, err, c.part)
		}
	}
}

// TestUnitsRoundTrip: what String writes, the parser reads.
func TestUnitsRoundTrip(t *testing.T) {
	for _, v := range []int64{0, 1, 999, 1000, 1024, 1536, 1 << 20, 3 << 30, 1 << 41, 1e9, 25e8} {
		if got, err := ParseSize(Size(v).String()); err != nil || got != Size(v) {
			t.Errorf("%d bytes: %v, %v", v, got, err)
		}
		if got, err := ParseBitRate(BitRate(v).String()); err != nil || got != BitRate(v) {
			t.Errorf("%d bits a second: %v, %v", v, got, err)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"pbft", "hotstuff", "hotstuff2", "raft", "tendermint", "real-estate-registration", "qbft"}
	for in, want := range map[string]string{
		"hotstuf": "hotstuff", "hotsutff": "hotstuff", "Raft": "raft", "rfat": "raft", "pbtf": "pbft", "real-estate-registratoin": "real-estate-registration",
		"real-estate": "real-estate-registration", "tender": "tendermint", "avalanche": "", "": "", "x": "", "zzzz": "",
	} {
		if got := Nearest(in, known); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// slowDistance is the textbook recursion.
func slowDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[0] == b[0] {
		cost = 0
	}
	d := min(slowDistance(a[1:], b)+1, slowDistance(a, b[1:])+1, slowDistance(a[1:], b[1:])+cost)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		d = min(d, slowDistance(a[2:], b[2:])+1)
	}
	return d
}

func TestDistanceAgainstRecursion(t *testing.T) {
	list := []string{"", "a", "ab", "ba", "abc", "acb", "bca", "abca", "bcaab", "aabbc", "cabba", "abcabc"}
	for _, a := range list {
		for _, b := range list {
			if got, want := distance(a, b, 100), slowDistance(a, b); got != want {
				t.Errorf("%q %q: %d, want %d", a, b, got, want)
			}
		}
	}
}
