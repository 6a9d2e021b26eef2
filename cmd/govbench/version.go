package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is this program's: of the module, of the source, and of Go.
func version() string {
	module, revision, modified := "(devel)", "", false
	if info, ok := debug.ReadBuildInfo(); ok {
		module, revision, modified = versionOf(info)
	}
	source := ""
	if revision != "" {
		source = ", revision " + revision
		if modified {
			source += " with changes"
		}
	}
	return fmt.Sprintf("govbench %s%s, %s %s/%s", module, source, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// versionOf reads the module's version and the source's revision, with whether it was changed since.
func versionOf(info *debug.BuildInfo) (module, revision string, modified bool) {
	module = "(devel)"
	if info.Main.Version != "" {
		module = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	return module, revision, modified
}
