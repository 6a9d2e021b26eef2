//go:build !windows

package main

import "os"

// localeUnset says what the lack of a locale means: that of POSIX, which is ASCII.
const localeUnset = true

// interpretsSequences is for Windows: elsewhere a terminal obeys control sequences.
func interpretsSequences(*os.File) {}
