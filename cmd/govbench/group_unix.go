//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// endWithChildren makes a command that is stopped take every process with it that it started.
func endWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
