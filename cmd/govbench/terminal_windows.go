package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// localeUnset says what the lack of a locale means: here there are none, and text is Unicode.
const localeUnset = false

// interpretsSequences asks a console to obey control sequences. One that cannot shows them.
func interpretsSequences(f *os.File) {
	var mode uint32
	if windows.GetConsoleMode(windows.Handle(f.Fd()), &mode) == nil {
		_ = windows.SetConsoleMode(windows.Handle(f.Fd()), mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
