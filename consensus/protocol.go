package consensus

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FaultModel says what a protocol's faulty replicas may do.
type FaultModel string

// The fault models.
const (
	CrashFaults     FaultModel = "crash"     // stop, lose memory, come back
	ByzantineFaults FaultModel = "byzantine" // anything but forging signatures
)

// Rand is a replica's own stream of random numbers.
type Rand interface {
	Uint64() uint64
}

// Config is what every machine needs to know of its group.
type Config struct {
	Self NodeID
	N    int
	Auth Authenticator
	Rand Rand
}

// Protocol describes a protocol and builds its machines. Protocols are listed in literal tables;
// nothing registers itself.
type Protocol struct {
	Name        string // as in designs and run records
	Title       string // for people
	Source      string // the paper
	FaultModel  FaultModel
	MinReplicas int // smallest group that survives one faulty replica
	// Answers is how many matching answers a client of a group of n waits for.
	Answers  func(n int) int
	Settings []Setting
	// New builds the machine of replica cfg.Self. It fails on settings that contradict each other.
	New func(cfg Config, values Values) (Machine, error)
}

// SettingKind is the type of a setting's value.
type SettingKind string

// The kinds of setting.
const (
	SettingDuration SettingKind = "duration"
	SettingInt      SettingKind = "int"
	SettingBool     SettingKind = "bool"
	SettingChoice   SettingKind = "choice"
)

// Setting is one protocol parameter that users may set under params.
type Setting struct {
	Name    string
	Kind    SettingKind
	Default string
	Choices []string // SettingChoice
	Min     string   // smallest allowed value for ints and durations; empty: zero
	Doc     string   // meaning and source, or "assumed: ..."
}

// Values holds one checked value for every setting of a protocol.
type Values map[string]string

// ParseValues checks given against settings and fills in the defaults. The error names the setting,
// what was found and what is allowed.
func ParseValues(settings []Setting, given map[string]string) (Values, error) {
	v := make(Values, len(settings))
	for _, s := range settings {
		text, ok := given[s.Name]
		if !ok {
			text = s.Default
		}
		if err := s.check(text); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		v[s.Name] = text
	}
	if len(given) > 0 {
		for _, name := range sortedKeys(given) {
			if _, ok := v[name]; !ok {
				return nil, fmt.Errorf("unknown setting %q: allowed are %s", name, settingNames(settings))
			}
		}
	}
	return v, nil
}

func (s Setting) check(text string) error {
	switch s.Kind {
	case SettingDuration:
		d, err := time.ParseDuration(text)
		low, _ := time.ParseDuration(s.Min)
		if err != nil || d < low {
			return fmt.Errorf("%q is not a duration of at least %v, such as 50ms", text, low)
		}
	case SettingInt:
		n, err := strconv.ParseInt(text, 10, 64)
		low, _ := strconv.ParseInt(s.Min, 10, 64)
		if err != nil || n < low {
			return fmt.Errorf("%q is not a whole number of at least %d", text, low)
		}
	case SettingBool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", text)
		}
	case SettingChoice:
		for _, c := range s.Choices {
			if c == text {
				return nil
			}
		}
		return fmt.Errorf("%q is not one of %s", text, strings.Join(s.Choices, ", "))
	}
	return nil
}

// Duration returns a setting of kind duration. It panics when the protocol does not declare it.
func (v Values) Duration(name string) time.Duration {
	d, err := time.ParseDuration(v.text(name))
	if err != nil {
		panic("consensus: setting " + name + " was not checked: " + err.Error())
	}
	return d
}

// Int returns a setting of kind int.
func (v Values) Int(name string) int {
	n, err := strconv.Atoi(v.text(name))
	if err != nil {
		panic("consensus: setting " + name + " was not checked: " + err.Error())
	}
	return n
}

// Bool returns a setting of kind bool.
func (v Values) Bool(name string) bool { return v.text(name) == "true" }

// Choice returns a setting of kind choice.
func (v Values) Choice(name string) string { return v.text(name) }

func (v Values) text(name string) string {
	t, ok := v[name]
	if !ok {
		panic("consensus: setting " + name + " is not declared")
	}
	return t
}
