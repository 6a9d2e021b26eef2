package experiment

import (
	"strings"
	"testing"
)

// TestAmendmentsAreTold: a record says which rules changed in mid-run and when, the same under every design, and
// warns of one that was never reached.
func TestAmendmentsAreTold(t *testing.T) {
	const text = `
name: amendments
designs: [raft, pbft]
scenarios: [real-estate-registration, "mix:einvoice-*"]
load: [500]
duration: 6s
warmup: 1s
`
	for _, rec := range recordsOf(t, plan(t, text)) {
		if rec.Scenario == "real-estate-registration" {
			if len(rec.Amendments) != 1 || !rec.Amendments[0].InForce || rec.Amendments[0].AtSec <= 0 || rec.Amendments[0].AtSec > 6 {
				t.Errorf("%s: %+v", rec.Design, rec.Amendments)
			}
			continue
		}
		told := 0
		for _, a := range rec.Amendments {
			if !strings.HasPrefix(a.Scenario, "einvoice-") {
				t.Errorf("%s: an amendment of %s", rec.Design, a.Scenario)
			}
			if !a.InForce {
				told++
			}
		}
		warned := strings.Contains(strings.Join(rec.Warnings, "\n"), "rules that were to change in this run and did not")
		if len(rec.Amendments) == 0 || warned != (told > 0) {
			t.Errorf("%s: %+v, warned %v", rec.Design, rec.Amendments, warned)
		}
	}
}
