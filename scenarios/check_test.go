package scenarios_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// sample is a correct file in which each case of TestBadFiles spoils one place.
func sample(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSampleIsCorrect(t *testing.T) {
	s, err := scenarios.Parse("testdata/sample.yaml", []byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	list := s.Participants.List()
	if len(list) != 7 || list[0].Name != "Bureau" || list[2].Name != "Department (2)" || list[6].Name != "Hall, yanqing (2)" || list[6].Site != "yanqing" {
		t.Errorf("%v", list)
	}
	if got := s.ClientsAt.String(); got != "[haidian, municipal]" {
		t.Errorf("clients at %s", got)
	}
}

// TestBadFiles holds the whole text of each error: place, key, what was found, what is allowed and
// the nearest name. [...] stands for names that are not this package's own.
func TestBadFiles(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"id: sample-service", "id: Sample_Service", `s.yaml:1:5: id: found "Sample_Service": allowed are lower-case words joined by hyphens`},
		{"category: data-sharing", "category: data-shareing", `s.yaml:4:11: category: unknown category "data-shareing": allowed are business-collaboration, certificates-evidence, data-sharing, epidemic-recovery; did you mean data-sharing?`},
		{"provenance: modelled", "provenance: official", `s.yaml:6:13: provenance: unknown provenance "official": allowed are derived, documented, modelled`},
		{"sources: [https://example.org/a]", "sources: []", `s.yaml:7:10: sources: found an empty list: a scenario cites at least one source, if only for its load`},
		{"summary: One sentence.", "summary: \"\"", `s.yaml:8:10: summary: found an empty text`},
		{"summary: One sentence.", "sumary: One sentence.", `s.yaml:8:1: sumary: unknown key: allowed are amendments, arrival, category, clients_at, family, hinted, id, lead_agency, load, modelled, name, name_zh, params, participants, privacy, provenance, sourced, sources, steps, summary; did you mean summary?`},
		{"  count: 7", "  count: 8", `s.yaml:10:10: participants.count: found 8, but 7 agencies are placed`},
		{"  count: 7", "  count: 07", `s.yaml:10:10: participants.count: found 07, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"agency: Bureau, site: municipal", "agency: Office, site: municipal", `s.yaml:12:5: participants.placed: the first agency placed must be the lead agency, Bureau`},
		{"agency: Bureau, site: municipal", "agency: Bureau, site: munincipal", `s.yaml:12:8: participants.placed[0]: unknown site "munincipal": allowed are changping, chaoyang, daxing, dongcheng, fangshan, fengtai, haidian, huairou, mentougou, miyun, municipal, pinggu, shijingshan, shunyi, tongzhou, xicheng, yanqing; did you mean municipal?`},
		{"agency: Bureau, site: municipal", "agency: Bureau", `s.yaml:12:8: participants.placed[0]: allowed is either site or sites, and one of them must be there`},
		{"site: municipal, each: 2", "site: municipal, each: -2", `s.yaml:13:51: participants.placed[1].each: found -2: allowed are 1 to 1000`},
		{"clients_at: [haidian, municipal]", "clients_at: leeder", `s.yaml:15:13: clients_at: unknown place of clients "leeder": allowed are leader, nearest; did you mean leader?`},
		{"clients_at: [haidian, municipal]", "clients_at: [hadian]", `s.yaml:15:13: clients_at: unknown site "hadian": allowed are changping, chaoyang, daxing, dongcheng, fangshan, fengtai, haidian, huairou, mentougou, miyun, municipal, pinggu, shijingshan, shunyi, tongzhou, xicheng, yanqing; did you mean haidian?`},
		{"clients_at: [haidian, municipal]", "clients_at: []", `s.yaml:15:13: clients_at: found an empty list: allowed is nearest, leader or a list of sites`},
		{"family: approval", "family: aproval", `s.yaml:16:9: family: unknown program family "aproval": allowed are [...]; did you mean approval?`},
		{"payload: 4KiB", "payload: 4kib", `s.yaml:18:12: params.payload: "4kib" is not understood: allowed is a size such as 512, 64KiB or 1MiB`},
		{"payload: 4KiB", "payload: -1", `s.yaml:18:12: params.payload: "-1" is negative: allowed is a size such as 512, 64KiB or 1MiB`},
		{"read_percent: 50", "read_percent: 101", `s.yaml:19:17: params.read_percent: found 101, allowed: 0 ... 100`},
		{"keys: entity", "keys: zip", `s.yaml:20:9: params.keys: unknown choice of keys "zip": allowed are catalog, entity, none, quota, seq, zipf; did you mean zipf?`},
		{"approvals: 3", "approvals: 8", `s.yaml:22:14: params.approvals: found 8, allowed: 0 ... 7 (signers are distinct agencies)`},
		{"think: 2s", "think: 2", `s.yaml:23:10: params.think: "2" has no unit: allowed is a duration such as 500us, 50ms, 10s or 2m30s`},
		{"    stage-width: 1", "    stage-with: 1", `s.yaml:25:17: params.rules.stage-with: unknown rule of the family approval "stage-with": allowed are [...]; did you mean stage-width?`},
		{"    stage-width: 1", "    stage-width: 99", `s.yaml:25:18: params.rules.stage-width: found 99, allowed: 1 ... 32 agencies`},
		{"shape: office", "shape: ofice", `s.yaml:27:10: arrival.shape: unknown arrival shape "ofice": allowed are batch, commute, dates, day, deadline, flash, holiday, monthly, office, paced, poisson, season, stream; did you mean office?`},
		{"peak: 4", "peak: 40", `s.yaml:28:9: arrival.peak: shape office: found a peak of 40 times the mean: this shape allows at most 13.1`},
		{"rate: 368 tx/day", "rate: 368 tx/fortnight", `s.yaml:31:11: load.documented.rate: "368 tx/fortnight": unknown unit "tx/fortnight": allowed are tx/s, tx/min, tx/h, tx/day and tx/ with a duration such as tx/10s`},
		{"rate: 368 tx/day", "rate: -368 tx/day", `s.yaml:31:11: load.documented.rate: "-368 tx/day" is negative, not a rate such as 2000, "2000 tx/s", "34.5 tx/min" or "790 tx/day"`},
		{"rate: 2 tx/s", "rate: 2000", `s.yaml:35:16: load.city.rate: found "2000", a rate without a unit: allowed is a rate such as "34.5 tx/s", "12 tx/min" or "790 tx/day"`},
		{"rate: 2 tx/s", "rate: 0 tx/s", `s.yaml:35:16: load.city.rate: found a rate of zero: allowed is a rate above zero`},
		{"of: cases", "of: persons", `s.yaml:32:9: load.documented.of: unknown unit of load "persons": allowed are cases, requests`},
		{"    source: https://example.org/b", "    source: a book", `s.yaml:31:5: load.documented: a documented load must cite its source: found "a book"`},
		{"  city: {rate: 2 tx/s, arithmetic: made up}\n", "", `s.yaml:30:3: load: the key city is missing`},
		{"  city: {", "  town: {", `s.yaml:35:10: load.town: unknown load preset of a file "town": allowed are city, documented, surge`},
		{"  load.city: made up for tests\n", "", `s.yaml:35:10: load.city: load.city has no account: name its source under sourced, or what it was made up from under modelled`},
		{"  load.city: made up for tests", "  load.cities: made up for tests", `s.yaml:52:16: modelled.load.cities: unknown value in modelled "load.cities": allowed are arrival.peak, arrival.shape, load.city, load.documented, load.surge, params.approvals, params.keys, params.log_reads, params.payload, params.population, params.read_percent, params.rules.stage-width, params.think, participants.count, participants.placed; did you mean load.city?`},
		{"  params.think: made up for tests", "  params.think: guess", `s.yaml:48:17: modelled.params.think: found "guess": allowed is a sentence that says where the value comes from`},
		{"  params.think: made up for tests", "  params.think: made up for tests\n  params.population: made up for tests", `s.yaml:21:15: params.population: params.population stands under two of sourced, hinted and modelled: allowed is one of them`},
		{"\"a thousand: https://example.org/b\"", "a thousand or so", `s.yaml:39:22: sourced.params.population: found no address of a source in "a thousand or so"`},
		{"modelled:\n", "modelled: {}\n", `s.yaml:41:3: value is not allowed in this context`},
	} {
		text := sample(t)
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("%q stands %d times in the sample", c.old, strings.Count(text, c.old))
		}
		_, err := scenarios.Parse("s.yaml", []byte(strings.Replace(text, c.old, c.new, 1)))
		if err == nil {
			t.Errorf("%q for %q was accepted", c.new, c.old)
			continue
		}
		if before, after, _ := strings.Cut(c.want, "[...]"); !strings.HasPrefix(err.Error(), before) || !strings.HasSuffix(err.Error(), after) ||
			after == "" && err.Error() != before {
			t.Errorf("%q for %q:\n got %v\nwant %v", c.new, c.old, err, c.want)
		}
		var e *strict.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %T is no *strict.Error", c.new, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	names, err := filepath.Glob("catalogue/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(names, "testdata/sample.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenarios.Parse("fuzz.yaml", data)
		if err != nil {
			return
		}
		if _, err := s.Program(); err != nil {
			t.Errorf("a scenario that was read cannot be run: %v", err)
		}
		if _, err := s.Arrival.Build(); err != nil {
			t.Errorf("a scenario that was read has no arrivals: %v", err)
		}
	})
}
