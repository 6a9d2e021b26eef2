package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govbench/govbench/reports/term/termtest"
)

// console is a pseudo-terminal with a program on it, and the screen that a person would see.
type console struct {
	master *os.File
	cmd    *exec.Cmd

	mu     sync.Mutex
	screen *termtest.Screen
	wrong  error
}

// openConsole runs this program on a pseudo-terminal.
func openConsole(t *testing.T, columns, rows int, args ...string) *console {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	c := &console{master: master, screen: termtest.New(columns, rows), cmd: exec.Command(os.Args[0], args...)}
	c.resize(t, columns, rows)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.Env = append(os.Environ(), childVariable+"=1", "TERM=xterm", "LC_ALL=C.UTF-8", "NO_COLOR=", "CLICOLOR=", "CLICOLOR_FORCE=")
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill() })
	go c.follow()
	return c
}

func (c *console) follow() {
	data := make([]byte, 4096)
	for {
		n, err := c.master.Read(data)
		if err != nil {
			return
		}
		c.mu.Lock()
		if _, err := c.screen.Write(data[:n]); err != nil {
			c.wrong = err
		}
		c.mu.Unlock()
	}
}

func (c *console) resize(t *testing.T, columns, rows int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.Resize(columns, rows)
	if err := unix.IoctlSetWinsize(int(c.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(rows), Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the screen does.
func (c *console) shows(t *testing.T, what string, ok func(lines []string) bool) {
	t.Helper()
	text := ""
	for range 600 {
		c.mu.Lock()
		var wrong error
		text, wrong = c.screen.String(), c.wrong
		c.mu.Unlock()
		if wrong != nil {
			t.Fatal(wrong)
		}
		if ok(strings.Split(strings.TrimSuffix(text, "\n"), "\n")) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the screen never shows %s:\n%s", what, text)
}

// TestOnTerminal: on a real terminal a run shows its live lines, follows a change of the width, and Ctrl-C leaves
// nothing of them.
func TestOnTerminal(t *testing.T) {
	path := write(t, "long.yaml", strings.Replace(small, "duration: 2s", "duration: 12h", 1))
	c := openConsole(t, 80, 24, "run", path, "--jobs", "1", "--out", t.TempDir())
	live := func(columns string) func([]string) bool {
		return func(lines []string) bool {
			n := len(lines)
			return n == 3 && lines[0] == "experiment small: 4 runs" && strings.HasPrefix(lines[1], "raft on court-") && strings.Contains(lines[1], columns) &&
				strings.HasPrefix(lines[2], "[") && strings.Contains(lines[2], "0 of 4 runs")
		}
	}
	c.shows(t, "the rate of a cell", live("/s  0:"))
	c.resize(t, 62, 24)
	c.shows(t, "a line without it", func(lines []string) bool { return live("/43205.0 s")(lines) && !strings.Contains(lines[1], "/s") })
	if _, err := c.master.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	err := c.cmd.Wait()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Errorf("ended with %v", err)
	}
	c.shows(t, "the end", func(lines []string) bool {
		return len(lines) > 1 && lines[0] == "experiment small: 4 runs" && strings.HasPrefix(lines[1], "govbench: stopped: 0 of 4 runs are kept in ")
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.screen.Styled != 2 { // the word govbench:
		t.Errorf("%d styles", c.screen.Styled)
	}
}
