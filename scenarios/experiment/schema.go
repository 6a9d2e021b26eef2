package experiment

import (
	"encoding/json"
	"maps"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// Schema is the JSON Schema of experiment files, for editors; it is kept in experiment.schema.json.
func Schema() ([]byte, error) {
	return strict.Schema("https://github.com/govbench/govbench/scenarios/experiment/experiment.schema.json", "govbench experiment", File{})
}

// nameOr is the schema of what is a name, a file's path or a mapping that decodes into value.
func nameOr(value any) map[string]any {
	return map[string]any{"oneOf": []any{map[string]any{"type": "string"}, mappingOf(value)}}
}

// mappingOf is the schema of a mapping that decodes into value.
func mappingOf(value any) map[string]any {
	var mapping map[string]any
	text, err := strict.Schema("", "", value)
	if err == nil {
		err = json.Unmarshal(text, &mapping)
	}
	if err != nil {
		panic("experiment: the schema of a type cannot be written: " + err.Error()) // a fault of the type, which a test excludes
	}
	maps.DeleteFunc(mapping, func(key string, _ any) bool { return key == "$schema" || key == "$id" || key == "title" })
	return mapping
}

// JSONSchema allows a name, a file or a design.
func (Design) JSONSchema() map[string]any { return nameOr(designBody{}) }

// JSONSchema allows a selection, a file, a scenario or a mix.
func (ScenarioRef) JSONSchema() map[string]any {
	either := nameOr(scenarios.Scenario{})
	either["oneOf"] = append(either["oneOf"].([]any), mappingOf(MixFile{}))
	return either
}

// JSONSchema allows a selection, a file, a scenario, or a list of them.
func (PartRefs) JSONSchema() map[string]any {
	one := nameOr(scenarios.Scenario{})
	return map[string]any{"oneOf": append(one["oneOf"].([]any), map[string]any{"type": "array", "minItems": 1, "items": one})}
}

// MixSchema is the JSON Schema of files of mixed workloads, for editors; it is kept in mix.schema.json.
func MixSchema() ([]byte, error) {
	return strict.Schema("https://github.com/govbench/govbench/scenarios/experiment/mix.schema.json", "govbench mixed workload", MixFile{})
}

// JSONSchema allows a name, a file or a network.
func (NetworkRef) JSONSchema() map[string]any { return nameOr(NetworkFile{}) }

// JSONSchema allows a name, a file or a machine.
func (MachineRef) JSONSchema() map[string]any { return nameOr(MachineFile{}) }

// JSONSchema allows a name, a file or a fault schedule.
func (FaultRef) JSONSchema() map[string]any { return nameOr(FaultFile{}) }

// JSONSchema lists the clocks.
func (Clock) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "enum": clockNames()}
}
