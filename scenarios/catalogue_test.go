package scenarios_test

import (
	"crypto/sha256"
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/workloads/arrival"
)

func all(t testing.TB) []*scenarios.Scenario {
	t.Helper()
	list, err := scenarios.All()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestCatalogueIsComplete: 140 scenarios, as many of each category and provenance as the list has, every family
// in use, each with its steps, and rules that change in mid-run in every family.
func TestCatalogueIsComplete(t *testing.T) {
	counts, families, amended := map[string]int{}, map[string]int{}, map[string]int{}
	for _, s := range all(t) {
		counts[string(s.Category)]++
		counts[string(s.Provenance)]++
		families[s.Family]++
		amended[s.Family] += len(s.Amendments)
		if len(s.Steps) < 3 || len(s.Steps) > 7 || s.Privacy == "" {
			t.Errorf("%s has %d steps and privacy %q", s.ID, len(s.Steps), s.Privacy)
		}
	}
	for name, want := range map[string]int{
		"data-sharing": 40, "business-collaboration": 48, "certificates-evidence": 37, "epidemic-recovery": 15,
		"documented": 58, "derived": 58, "modelled": 24,
	} {
		if counts[name] != want {
			t.Errorf("%s: %d scenarios, want %d", name, counts[name], want)
		}
	}
	for _, f := range scenarios.FamilyNames() {
		if families[f] < 2 {
			t.Errorf("family %s: %d scenarios, want two at least", f, families[f])
		}
		if amended[f] == 0 {
			t.Errorf("family %s: no scenario changes one of its rules in mid-run", f)
		}
	}
	if ids := scenarios.IDs(); len(ids) != len(all(t)) || !slices.IsSorted(ids) {
		t.Errorf("%v", ids)
	}
}

// TestCatalogueMatchesTheList compares every file with its row of the reconstructed list of 140.
func TestCatalogueMatchesTheList(t *testing.T) {
	f, err := os.Open("testdata/catalogue.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, row := range rows[1:] {
		s, err := scenarios.Load(row[0])
		if err != nil {
			t.Error(err)
			continue
		}
		seen++
		checkHint(t, s, row[8])
		got := []string{s.ID, s.Name, s.NameZH, string(s.Category), s.LeadAgency, strconv.Itoa(s.Participants.Count), string(s.Provenance)}
		if !slices.Equal(got, row[:7]) {
			t.Errorf("%s:\n got %q\nwant %q", s.ID, got, row[:7])
		}
		for _, word := range strings.Fields(row[7]) {
			if strings.Contains(word, "://") && !slices.Contains(s.Sources, word) {
				t.Errorf("%s does not cite %s", s.ID, word)
			}
		}
	}
	if seen != len(all(t)) {
		t.Errorf("%d of %d scenarios are in the list", seen, len(all(t)))
	}
}

// checkHint compares what a file says it took from the load hint of its row with that hint.
func checkHint(t *testing.T, s *scenarios.Scenario, text string) {
	t.Helper()
	hint := map[string]string{}
	for _, part := range strings.Split(text, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			hint[name] = value
		}
	}
	shape, _, _ := strings.Cut(hint["arrival"], ":")
	reads, _, _ := strings.Cut(hint["rw"], "/")
	payload, _, _ := strings.Cut(strings.Fields(hint["payload"])[0], "+")
	bytes, err := strconv.ParseFloat(strings.TrimSuffix(payload, "KB"), 64)
	if err != nil {
		t.Errorf("%s: %v", s.ID, err)
	}
	same := map[string]bool{
		"arrival.shape":       s.Arrival.Shape == shape,
		"arrival.peak":        strconv.FormatUint(s.Arrival.Peak, 10)+"x" == hint["peak"],
		"params.read_percent": strconv.Itoa(s.Params.ReadPercent) == reads,
		"params.payload":      float64(s.Params.Payload) == bytes*1000 || float64(s.Params.Payload) == bytes*1024,
		"params.keys":         s.Params.Keys == hint["hot"],
		"params.approvals":    strconv.Itoa(s.Params.Approvals) == hint["approvals"],
		"privacy":             string(s.Privacy) == hint["privacy"],
	}
	for _, key := range s.Hinted {
		if !same[key] {
			t.Errorf("%s: %s is not what the load hint says (%s); move it to modelled and say why", s.ID, key, text)
		}
	}
}

// TestNothingIsCalledOfficial: the only place of the word is the denial at the top of each file.
func TestNothingIsCalledOfficial(t *testing.T) {
	for _, id := range scenarios.IDs() {
		text, err := scenarios.File(id)
		if err != nil {
			t.Fatal(err)
		}
		const denial = "not an official list"
		body := strings.ReplaceAll(strings.ToLower(string(text)), "official-seal filing", "") // a seal's kind is no claim
		if strings.Count(body, denial) != 1 || strings.Contains(strings.ReplaceAll(body, denial, ""), "official") {
			t.Errorf("%s calls something official", id)
		}
		s, err := scenarios.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Assumptions()) != len(s.Modelled)+len(s.Hinted) || len(s.Modelled)+len(s.Hinted) < 5 {
			t.Errorf("%s names %d assumptions", id, len(s.Assumptions()))
		}
		for _, source := range s.Sources {
			if !strings.HasPrefix(source, "http") {
				t.Errorf("%s: source %q", id, source)
			}
		}
	}
}

func TestParticipantsArePlaced(t *testing.T) {
	known := []string{}
	for _, topology := range network.Topologies() {
		for _, site := range topology.Sites {
			if topology.Name == "metro" {
				known = append(known, site.Name)
			}
		}
	}
	if !slices.Equal(known, scenarios.Sites()) {
		t.Errorf("the places of agencies are not those of the topology metro:\n%v\n%v", scenarios.Sites(), known)
	}
	for _, s := range all(t) {
		names := map[string]bool{}
		for _, a := range s.Participants.List() {
			if names[a.Name] {
				t.Errorf("%s: two agencies are named %s", s.ID, a.Name)
			}
			names[a.Name] = true
		}
	}
}

// TestPresets: positive, ordered, and consistent with the peak that the arithmetic names.
func TestPresets(t *testing.T) {
	t.Parallel()
	for _, s := range all(t) {
		w, err := s.Workload()
		if err != nil {
			t.Error(err)
			continue
		}
		city, err1 := w.Rate("city")
		surge, err2 := w.Rate("surge")
		if err1 != nil || err2 != nil || city.IsZero() || !city.Less(surge) {
			t.Errorf("%s: city %v, surge %v (%v, %v)", s.ID, city, surge, err1, err2)
		}
		documented, err := w.Rate("documented")
		if _, has := s.Load["documented"]; has != (err == nil) || has && documented.IsZero() {
			t.Errorf("%s: documented %v, %v", s.ID, documented, err)
		}
		for _, preset := range []string{"spike", "stability", "citty"} {
			if _, err := w.Rate(preset); err == nil {
				t.Errorf("%s: load %s has a rate of its own", s.ID, preset)
			}
		}
		if w.Mix.Refused*10 > w.Mix.Requests {
			t.Errorf("%s: the program refuses %d of %d requests", s.ID, w.Mix.Refused, w.Mix.Requests)
		}
	}
}

// TestCasesCountTheirRequests: 368 cases a day are more requests than cases, by the mix.
func TestCasesCountTheirRequests(t *testing.T) {
	s, err := scenarios.Load("real-estate-registration")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Workload()
	if err != nil {
		t.Fatal(err)
	}
	requests, err := w.Rate("documented")
	if err != nil {
		t.Fatal(err)
	}
	perDay := requests.In(24 * time.Hour)
	if want := 368 * w.Mix.Requests / w.Mix.Cases; perDay != want || perDay < 4*368 {
		t.Errorf("%d requests a day, want %d", perDay, want)
	}
}

// operations hashes a scenario's first thousand requests, drawn from a stream of a fixed name.
func operations(t *testing.T, s *scenarios.Scenario, seed uint64) [32]byte {
	t.Helper()
	p, err := s.Program()
	if err != nil {
		t.Fatal(err)
	}
	g := p.Generator(sim.NewStream(seed, "one stream for all"))
	h := sha256.New()
	for i := range 1000 {
		op := g.Begin(time.Duration(i) * time.Millisecond).Op
		clear(op[2:min(10, len(op))]) // the program's tag, which tells them apart anyway
		h.Write(op)
	}
	return [32]byte(h.Sum(nil))
}

// TestWorkloadsAreDistinct: even with the same random numbers and without the tags of their programs no two
// scenarios ask the same.
func TestWorkloadsAreDistinct(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{}
	for _, s := range all(t) {
		h := operations(t, s, 1)
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s generate the same operations", s.ID, other)
		}
		seen[h] = s.ID
		if operations(t, s, 1) != h {
			t.Errorf("%s: the same seed gives other operations", s.ID)
		}
		if operations(t, s, 2) == h {
			t.Errorf("%s: another seed gives the same operations", s.ID)
		}
	}
}

// TestSourceOffersTheMean: the requests of a run, cases played to their ends, come at the rate asked
// for.
func TestSourceOffersTheMean(t *testing.T) {
	t.Parallel()
	for _, s := range all(t) {
		w, err := s.Workload()
		if err != nil {
			t.Error(err)
			continue
		}
		src, err := w.NewSource(9, arrival.PerSecond(100), 60*time.Second)
		if err != nil {
			t.Error(err)
			continue
		}
		begins, last := 0, time.Duration(0)
		for {
			r, ok := src.Next()
			if !ok {
				break
			}
			begins++
			if r.At < last || r.ID != uint64(begins) || int(r.Agency) >= s.Participants.Count {
				t.Fatalf("%s: request %d at %v of agency %d", s.ID, r.ID, r.At, r.Agency)
			}
			last = r.At
		}
		want := 6000 * int(w.Mix.Arrivals) / int(w.Mix.Requests)
		if d := begins - want; d*d > 16*want {
			t.Errorf("%s: %d begins, want %d of 6,000 requests", s.ID, begins, want)
		}
	}
}

// TestWithArrival: another shape changes the times and nothing else.
func TestWithArrival(t *testing.T) {
	s, err := scenarios.Load("real-estate-registration")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Workload()
	if err != nil {
		t.Fatal(err)
	}
	even, err := w.WithArrival(scenarios.Arrival{Shape: "paced"})
	if err != nil {
		t.Fatal(err)
	}
	if w.Scenario.Arrival.Shape != "office" || even.Scenario.Arrival.Shape != "paced" || even.Mix != w.Mix {
		t.Errorf("%+v, %+v", w.Scenario.Arrival, even.Scenario.Arrival)
	}
	src, err := even.NewSource(1, arrival.PerSecond(100), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := src.Next()
	second, _ := src.Next()
	if d := second.At - 3*first.At; d < 0 || d > 2 { // half a gap, then one and a half, rounded down
		t.Errorf("%v then %v: not evenly spaced", first.At, second.At)
	}
	if _, err := w.WithArrival(scenarios.Arrival{Shape: "office", Peak: 50}); err == nil {
		t.Error("an impossible peak was accepted")
	}
}

func TestFind(t *testing.T) {
	for selection, want := range map[string]int{
		"*": len(all(t)), "court-evidence-deposit": 1, "?ealth-*": 2,
	} {
		if got, err := scenarios.Find(selection); err != nil || len(got) != want {
			t.Errorf("%s: %d scenarios, %v; want %d", selection, len(got), err, want)
		}
	}
	for selection, part := range map[string]string{
		"real-estate-registratoin": "did you mean real-estate-registration?", "category:data-shraing": "did you mean category:data-sharing?",
		"nothing-*": "unknown scenario", "[": "is not a pattern", "category:": "unknown category", "": "unknown scenario",
	} {
		if got, err := scenarios.Find(selection); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, %v; want an error with %q", selection, got, err, part)
		}
	}
	if _, err := scenarios.Load("../doc"); err == nil {
		t.Error("a path was loaded as an id")
	}
}

// TestFileParses: the text of a catalogue file, for people to copy, is the same scenario.
func TestFileParses(t *testing.T) {
	text, err := scenarios.File("court-evidence-deposit")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse("copy.yaml", text)
	if err != nil || s.String() != "court-evidence-deposit (documented)" {
		t.Errorf("%v, %v", s, err)
	}
}

// TestSchemaIsCurrent: `UPDATE=1 go test` writes the schema again.
func TestSchemaIsCurrent(t *testing.T) {
	want, err := scenarios.Schema()
	if err != nil {
		t.Fatal(err)
	}
	const name = "scenario.schema.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s is not what the Scenario type says (%v): run UPDATE=1 go test ./scenarios", name, err)
	}
}

func BenchmarkWorkload(b *testing.B) {
	s, err := scenarios.Load("real-estate-registration")
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		if _, err := s.Workload(); err != nil {
			b.Fatal(err)
		}
	}
}
