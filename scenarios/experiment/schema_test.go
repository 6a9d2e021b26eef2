package experiment

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// TestSchemaIsCurrent: `UPDATE=1 go test` writes the schemas again.
func TestSchemaIsCurrent(t *testing.T) {
	checkSchema(t, "experiment.schema.json", Schema, []string{"name", "designs", "scenarios", "load", "clients", "network", "machine",
		"faults", "clock", "duration", "warmup", "trials", "seed", "replicas", "vary", "set", "trace", "trace_speed", "gate"})
	checkSchema(t, "mix.schema.json", MixSchema, []string{"id", "name", "name_zh", "mix"})
	checkSchema(t, "prices.schema.json", PricesSchema, []string{"name", "currency", "date", "source", "core_hour", "disks", "links"})
}

func checkSchema(t *testing.T, name string, make func() ([]byte, error), keys []string) {
	t.Helper()
	want, err := make()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (%v): UPDATE=1 go test ./scenarios/experiment", name, err)
	}
	var s struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(want, &s); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if s.Properties[key].Description == "" {
			t.Errorf("%s does not describe %s", name, key)
		}
	}
}
