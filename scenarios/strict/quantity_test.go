package strict

import "testing"

func TestParseQuantity(t *testing.T) {
	for text, want := range map[string]string{
		"100": " 100", "-2.50": " 5/2-", "0.1": " 1/10", "10ms": "sec 1/100", "1m": "sec 60", "4KiB": "bytes 4096", "10Mbit": "bit_per_sec 10000000",
	} {
		q, ok := ParseQuantity(text)
		got := ""
		if ok {
			got = q.Unit + " " + q.Value.RatString()
			if q.Value.Sign() < 0 {
				got = q.Unit + " " + q.Value.Neg(q.Value).RatString() + "-"
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "-", ".", "1/2", "1e3", "0x10", "city", "1.2.3", "inf"} {
		if q, ok := ParseQuantity(text); ok {
			t.Errorf("%q is %v", text, q)
		}
	}
}
