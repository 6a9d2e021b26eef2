package scenarios

import "github.com/govbench/govbench/scenarios/strict"

// Schema is the JSON Schema of scenario files, for editors; it is kept in scenario.schema.json.
func Schema() ([]byte, error) {
	return strict.Schema("https://github.com/govbench/govbench/scenarios/scenario.schema.json", "govbench scenario", Scenario{})
}

func enum(values []string) map[string]any { return map[string]any{"type": "string", "enum": values} }

// JSONSchema lists the categories.
func (Category) JSONSchema() map[string]any { return enum(words(Categories())) }

// JSONSchema lists the provenances.
func (Provenance) JSONSchema() map[string]any { return enum(words(Provenances())) }

// JSONSchema lists the kinds of privacy.
func (Privacy) JSONSchema() map[string]any { return enum(words(Privacies())) }

// JSONSchema allows a word or a list of sites.
func (ClientsAt) JSONSchema() map[string]any {
	sites := map[string]any{"type": "array", "minItems": 1, "items": enum(Sites())}
	return map[string]any{"oneOf": []any{enum([]string{ClientsNearest, ClientsLeader}), sites}}
}
