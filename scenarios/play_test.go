package scenarios

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
)

// TestFirstAgencies: less the agencies of the services before its own, a request of a mix has the agency that it has
// alone.
func TestFirstAgencies(t *testing.T) {
	ids := []string{"court-evidence-deposit", "real-estate-registration", "population-base-check"}
	mixed := someMix(t, Group{Scenarios: list(t, ids...)})
	first := mixed.FirstAgencies()
	if want := uint16(one(t, ids[0]).Participants.Count + one(t, ids[1]).Participants.Count); len(first) != 3 || first[0] != 0 || first[2] != want {
		t.Fatalf("%v", first)
	}
	most := make([]int, 3)
	err := mixed.Play(1, arrival.PerSecond(300), 10*time.Second, func(r workloads.Request) {
		own := int(r.Agency) - int(first[r.Member])
		if own < 0 || own >= mixed.Members()[r.Member].Scenario.Participants.Count {
			t.Fatalf("agency %d of %s", own, ids[r.Member])
		}
		most[r.Member] = max(most[r.Member], own)
	})
	if err != nil || most[1] == 0 {
		t.Errorf("%v, %v", most, err)
	}
	alone := mixed.Members()[1]
	if got := alone.FirstAgencies(); len(got) != 1 || got[0] != 0 {
		t.Errorf("%v", got)
	}
}

// TestPlayContext: a play ends with its context, and gives no verdict on laws then.
func TestPlayContext(t *testing.T) {
	w, err := one(t, "court-evidence-deposit").Workload()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	played := 0
	err = w.PlayContext(ctx, 1, arrival.PerSecond(100), time.Hour, func(workloads.Request) {
		if played++; played == 250 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || played < 250 || played > 450 {
		t.Errorf("%d requests, %v", played, err)
	}
}
