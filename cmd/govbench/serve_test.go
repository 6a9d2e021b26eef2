package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// said is what a command has written so far.
type said struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string // its first line
	once  sync.Once
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if line, _, ok := strings.Cut(s.text.String(), "\n"); ok {
		s.once.Do(func() { s.lines <- line })
	}
	return len(p), nil
}

// A server listens, shows what is below its directory to this machine, and ends when it is told to, even while a client
// takes its time.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.html"), []byte("<p>here</p>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, address := range loopbacks() {
		ctx, stop := context.WithCancel(t.Context())
		out := &said{lines: make(chan string, 1)}
		ended := make(chan int, 1)
		var stderr bytes.Buffer
		go func() { ended <- execute(ctx, []string{"serve", dir, "--address", address, "--json"}, out, &stderr) }()
		var line string
		select {
		case line = <-out.lines:
		case status := <-ended:
			if stop(); address == "::1" && strings.Contains(stderr.String(), "cannot listen") {
				continue // a machine without IPv6
			}
			t.Fatalf("status %d: %s", status, &stderr)
		}
		var told struct{ URL string }
		if err := json.Unmarshal([]byte(line), &told); err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get(told.URL + "set/report.html")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || string(body) != "<p>here</p>" {
			t.Errorf("%q, %v", body, err)
		}
		answer.Body.Close()
		host := strings.Trim(strings.TrimPrefix(told.URL, "http://"), "/")
		slow, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := slow.Write([]byte("GET / HTTP/1.1\r\nHost: " + host + "\r\n")); err != nil { // and no more
			t.Fatal(err)
		}
		stop()
		if status := <-ended; status != exitOK {
			t.Errorf("status %d: %s", status, &stderr)
		}
		if _, err := net.DialTimeout("tcp", host, time.Second); err == nil {
			t.Error("it still listens")
		}
		slow.Close()
	}
}

func TestWrongServe(t *testing.T) {
	file := write(t, "file", "")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for _, tc := range []struct {
		args  []string
		texts []string
	}{
		{nil, []string{"allowed is one", "govbench serve results"}},
		{[]string{"a", "b"}, []string{"found 2 arguments"}},
		{[]string{filepath.Join(t.TempDir(), "gone")}, []string{"gone does not exist", "name a directory"}},
		{[]string{file}, []string{"is a file: allowed is a directory"}},
		{[]string{".", "--address", "0.0.0.0"}, []string{"--address", `"0.0.0.0"`, "127.0.0.1 and ::1", "ssh -L"}},
		{[]string{".", "--address", "::"}, []string{"--address"}},
		{[]string{".", "--address", "192.168.1.1"}, []string{"--address"}},
		{[]string{".", "--address", ""}, []string{"--address"}},
		{[]string{".", "--address", "127.0.0.1.evil.example"}, []string{"--address"}},
		{[]string{".", "--port", "70000"}, []string{"--port"}},
		{[]string{".", "--port", port}, []string{"--port", "address already in use", "name another"}},
	} {
		govbench(t, append([]string{"serve"}, tc.args...)...).want(t, exitInput, tc.texts...)
	}
}
