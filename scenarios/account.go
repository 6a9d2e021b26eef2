package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads/arrival"
)

// Privacy says what the chain carries of a document or a fact; the document itself is never on it
// ("usable but not visible").
type Privacy string

// The kinds of privacy.
const (
	Public  Privacy = "public"  // it is public anyway
	Hashed  Privacy = "hash"    // a hash of it
	Sealed  Privacy = "enc"     // its ciphertext
	Consent Privacy = "consent" // a commitment, and the subject's consent to every look
	Commit  Privacy = "commit"  // a commitment (a salted hash) and the answer to a question about it
)

// Privacies lists the kinds of privacy.
func Privacies() []Privacy { return []Privacy{Public, Hashed, Sealed, Consent, Commit} }

// Title says it in words.
func (p Privacy) Title() string {
	switch p {
	case Public:
		return "the record is public, and the chain carries what it says"
	case Hashed:
		return "the chain carries a hash; the document stays with the office that keeps it"
	case Sealed:
		return "the chain carries ciphertext that only the parties can read"
	case Consent:
		return "the chain carries a commitment and the consent to each look; the document stays off chain"
	case Commit:
		return "the chain carries a commitment and the answer to each question; the record stays with its owner"
	}
	return "what the chain carries was not stated"
}

// account is a value of a scenario that was published or made up.
type account struct{ key, value string }

// accounts lists those values in the order of the file.
func (s *Scenario) accounts() []account {
	text := func(v any) string { return fmt.Sprint(v) }
	list := []account{
		{"participants.count", text(s.Participants.Count)},
		{"participants.placed", strconv.Itoa(len(s.Participants.Placed)) + " lines"},
		{"params.payload", s.Params.Payload.String()},
		{"params.read_percent", text(s.Params.ReadPercent)},
		{"params.log_reads", text(s.Params.LogReads)},
		{"params.keys", s.Params.Keys},
		{"params.population", text(s.Params.Population)},
		{"arrival.shape", s.Arrival.Shape},
	}
	add := func(there bool, key string, value any) {
		if there {
			list = append(list, account{key, text(value)})
		}
	}
	add(s.Privacy != "", "privacy", s.Privacy)
	add(s.Params.Approvals > 0, "params.approvals", s.Params.Approvals)
	add(s.Params.Think > 0, "params.think", s.Params.Think)
	add(s.Arrival.Peak > 0, "arrival.peak", s.Arrival.Peak)
	for _, rule := range sortedKeys(s.Params.Rules) {
		add(true, "params.rules."+rule, s.Params.Rules[rule])
	}
	var amendments []string
	for _, a := range s.Amendments {
		amendments = append(amendments, fmt.Sprintf("%s becomes %d after %d transactions", a.Rule, a.Value, a.Height))
	}
	add(len(amendments) > 0, "amendments", strings.Join(amendments, ", "))
	for _, preset := range sortedKeys(s.Load) {
		add(true, "load."+preset, rateText(s.Load[preset].Rate))
	}
	return list
}

// rateText writes a rate as the files of the catalogue do, "0.038 tx/s" and not "19 tx/8m20s", if that is short.
func rateText(r arrival.Rate) string {
	const one = 10_000_000 // seven decimals
	per := uint64(max(r.Per, 1))
	if r.Count > 1000 || r.Count*one*uint64(time.Second)%per != 0 {
		return r.String()
	}
	n := r.Count * one * uint64(time.Second) / per
	text := strings.TrimRight(fmt.Sprintf("%d.%07d", n/one, n%one), "0")
	return strings.TrimSuffix(text, ".") + " tx/s"
}

// hintedReason is the account of values from the load hint.
const hintedReason = "from the load hint of the reconstructed list, which is itself modelled"

// Assumptions lists every value of the scenario that was not published, one sentence each with the value
// and what it was made up from.
func (s *Scenario) Assumptions() []string {
	var out []string
	for _, a := range s.accounts() {
		reason, modelled := s.Modelled[a.key]
		if slices.Contains(s.Hinted, a.key) {
			reason, modelled = hintedReason, true
		}
		if modelled {
			out = append(out, fmt.Sprintf("%s (%s): %s", a.key, a.value, reason))
		}
	}
	return out
}

// checkAccounts makes sure that every value is either sourced or hinted or modelled, and only one of them.
func (s *Scenario) checkAccounts(n *strict.Node) error {
	var keys []string
	for _, a := range s.accounts() {
		keys = append(keys, a.key)
	}
	if err := s.checkReasons(n, keys); err != nil {
		return err
	}
	for i, key := range s.Hinted {
		if !slices.Contains(keys, key) {
			return at(n, "hinted").Items[i].Unknown("value in hinted", key, keys)
		}
	}
	for _, key := range keys {
		_, sourced := s.Sourced[key]
		_, modelled := s.Modelled[key]
		hinted := slices.Contains(s.Hinted, key)
		where := at(n, strings.SplitN(key, ".", 3)...)
		switch {
		case sourced && (modelled || hinted), modelled && hinted:
			return where.Errorf("%s stands under two of sourced, hinted and modelled: allowed is one of them", key)
		case !sourced && !modelled && !hinted:
			return where.Errorf("%s has no account: name its source under sourced, or what it was made up from under modelled", key)
		case key == "load."+PresetDocumented && !sourced:
			return where.Errorf("a documented load cannot be modelled: name its source under sourced")
		}
	}
	return nil
}

// checkReasons checks the sentences under sourced and modelled.
func (s *Scenario) checkReasons(n *strict.Node, keys []string) error {
	for _, section := range []struct {
		name string
		text map[string]string
	}{{"sourced", s.Sourced}, {"modelled", s.Modelled}} {
		for _, e := range at(n, section.name).Entries {
			text, listed := section.text[e.Name]
			switch {
			case !listed: // the section is not in the file, and this is another mapping
			case !slices.Contains(keys, e.Name):
				return e.Value.Unknown("value in "+section.name, e.Name, keys)
			case len(strings.Fields(text)) < 3:
				return e.Value.Errorf("found %q: allowed is a sentence that says where the value comes from", text)
			case section.name == "sourced" && !strings.Contains(text, "://"):
				return e.Value.Errorf("found no address of a source in %q", text)
			}
		}
	}
	return nil
}
