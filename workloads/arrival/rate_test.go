package arrival

import (
	"strings"
	"testing"
	"time"
)

func TestParseRate(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		in   string
		want Rate
		text string
	}{
		{"2000", Rate{2000, time.Second}.norm(), "2000 tx/s"},
		{"2000 tx/s", Rate{2000, time.Second}.norm(), "2000 tx/s"},
		{"34 tx/min", Rate{34, time.Minute}.norm(), "34 tx/min"},
		{"0.74 tx/s", Rate{74, 100 * time.Second}.norm(), "2664 tx/h"},
		{"790.26 tx/day", Rate{79026, 100 * day}.norm(), "13171 tx/400h"},
		{"7 tx/13s", Rate{7, 13 * time.Second}.norm(), "7 tx/13s"},
		{"120 tx/min", Rate{2, time.Second}.norm(), "2 tx/s"},
		{"0.000000001 tx/s", Rate{1, 1e9 * time.Second}.norm(), "1 tx/277777h46m40s"},
		{"0", Rate{}, "0 tx/s"},
		{" 5 tx/s ", Rate{5, time.Second}.norm(), "5 tx/s"},
	} {
		got, err := ParseRate(c.in)
		if err != nil || got != c.want {
			t.Errorf("%q: %+v, %v; want %+v", c.in, got, err, c.want)
			continue
		}
		if got.String() != c.text {
			t.Errorf("%q prints as %q, want %q", c.in, got, c.text)
		}
		if again, err := ParseRate(got.String()); err != nil || again != got {
			t.Errorf("%q prints as %q, which reads as %+v, %v", c.in, got, again, err)
		}
	}
}

func (r Rate) norm() Rate { return reduced(r.Count, r.Per) }

func TestParseRateRefuses(t *testing.T) {
	for in, part := range map[string]string{
		"-5": "negative", "-5 tx/s": "negative", "010": "is not a rate", "1e3": "is not a rate", "1_000": "is not a rate",
		"": "is not a rate", "x": "is not a rate", "5 req/s": "is not a rate", "5 tx/fortnight": "unknown unit", "5 tx/-1s": "unknown unit",
		"1.": "is not a rate", ".5": "is not a rate", "1.0000000001": "is not a rate", "9999999999999": "is not a rate", "5tx/s": "is not a rate",
		"999999999999.999999999": "more digits",
	} {
		if r, err := ParseRate(in); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, %v; want an error with %q", in, r, err, part)
		}
	}
}

func TestRateArithmetic(t *testing.T) {
	r := PerSecond(34)
	double, err := r.Times(2, 1)
	if err != nil || double != PerSecond(68) {
		t.Errorf("%v, %v", double, err)
	}
	fifth, err := r.Times(1, 5)
	if err != nil || fifth != (Rate{34, 5 * time.Second}).norm() {
		t.Errorf("%v, %v", fifth, err)
	}
	if _, err := r.Times(1, 0); err == nil {
		t.Error("a division by zero was accepted")
	}
	if _, err := PerSecond(999_999_999_989).Times(7, 1); err == nil {
		t.Error("an overflow was accepted")
	}
	if !fifth.Less(r) || r.Less(fifth) || r.Less(r) || !(Rate{}).Less(r) || r.Less(Rate{}) {
		t.Error("Less is not an order")
	}
	if n := r.In(90 * time.Second); n != 3060 {
		t.Errorf("%d in 90 s, want 3060", n)
	}
	if tx := fifth.TxPerSec(); tx != 6.8 {
		t.Errorf("%v tx/s, want 6.8", tx)
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"2000", "0.74 tx/s", "790.26 tx/day", "1 tx/1ns", "9 tx/2562047h", "00", "1 tx/", "0.5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRate(text)
		if err != nil {
			return
		}
		again, err := ParseRate(r.String())
		if err != nil || again != r {
			t.Errorf("%q prints as %q, which reads as %v, %v", text, r, again, err)
		}
	})
}
