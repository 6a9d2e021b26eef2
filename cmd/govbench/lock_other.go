//go:build !unix

package main

import "os"

// lockFile opens a file without a lock: what is not Unix has none that ends with its process in the standard
// library. There, two processes are kept apart by the user alone.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}
