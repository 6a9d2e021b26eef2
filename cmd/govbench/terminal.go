package main

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	xterm "golang.org/x/term"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios/strict"
)

// When colours are shown.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

func colorChoices() []string { return []string{colorAuto, colorAlways, colorNever} }

// lookOf is what a writer shows: that of a terminal, if it is one, and else that of a file.
func lookOf(w io.Writer, env func(string) string) term.Look {
	f, ok := w.(*os.File)
	if !ok || !xterm.IsTerminal(int(f.Fd())) {
		return term.Look{Color: colored(colorAuto, false, env)}
	}
	interpretsSequences(f)
	return term.Look{
		Terminal: true,
		Dumb:     dumb(env),
		Color:    colored(colorAuto, true, env),
		ASCII:    !unicodeLocale(env),
		Size: func() (columns, rows int) {
			columns, rows, err := xterm.GetSize(int(f.Fd()))
			if err != nil || columns < 1 || rows < 1 {
				return number(env("COLUMNS"), columnsDefault), number(env("LINES"), rowsDefault)
			}
			return columns, rows
		},
	}
}

// The size of a terminal that does not tell it.
const (
	columnsDefault = 80
	rowsDefault    = 24
)

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// colored decides on colours: the flag first, then NO_COLOR (no-color.org), then CLICOLOR_FORCE and CLICOLOR, then
// whether there is a terminal that is not dumb.
func colored(flag string, terminal bool, env func(string) string) bool {
	switch {
	case flag != colorAuto:
		return flag == colorAlways
	case env("NO_COLOR") != "":
		return false
	case env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0":
		return true
	case env("CLICOLOR") == "0":
		return false
	}
	return terminal && !dumb(env)
}

// dumb reports whether the terminal obeys no control sequences.
func dumb(env func(string) string) bool { return env("TERM") == "dumb" }

// unicodeLocale reports whether the locale's characters are those of UTF-8. A system without locales takes UTF-8.
func unicodeLocale(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return !localeUnset
}

// addColor adds the flag that every command has, and lets it take effect before the command runs.
func addColor(root *cobra.Command, pages ...*term.Page) {
	color := root.PersistentFlags().String("color", colorAuto, "`WHEN` words that stand out have colours too: auto (on a terminal, unless NO_COLOR is set), always, never")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		known := false
		for _, c := range colorChoices() {
			known = known || c == *color
		}
		if !known {
			return errors.New("--color: " + strict.UnknownName("choice", *color, colorChoices()).Error())
		}
		for _, p := range pages {
			p.Color = colored(*color, p.Terminal, os.Getenv)
		}
		if asked, err := cmd.Flags().GetBool("json"); err == nil && asked {
			pages[0].Color = false // JSON has no words that stand out
		}
		return nil
	}
}
