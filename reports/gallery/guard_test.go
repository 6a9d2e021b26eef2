package gallery

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page of another site that was made to point here sends its own name, and a port is part of a name.
func TestHost(t *testing.T) {
	reached := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("reached")) })
	for _, tc := range []struct {
		address, host string
		ok            bool
	}{
		{at, at, true}, {at, "localhost:8080", true},
		{"[::1]:8080", "[::1]:8080", true}, {"[::1]:8080", "localhost:8080", true},
		{"127.0.0.1:80", "127.0.0.1", true}, {"127.0.0.1:80", "localhost", true}, {"[::1]:80", "[::1]", true},
		{at, "evil.example:8080", false}, {at, "evil.example", false}, {at, "127.0.0.1", false}, {at, "localhost", false},
		{at, "127.0.0.1:8081", false}, {at, "localhost:80", false}, {at, "", false}, {at, "127.0.0.1:8080.evil.example", false},
		{at, "localhost:8080:8080", false}, {at, "127.0.0.1.evil.example:8080", false}, {at, "[::1]:8080", false}, {at, "0.0.0.0:8080", false},
		{at, "127.1:8080", false}, {at, "LOCALHOST.:8080", false}, {"127.0.0.1:80", "evil.example", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = tc.host
		w := httptest.NewRecorder()
		Guard(reached, tc.address).ServeHTTP(w, r)
		if ok := w.Body.String() == "reached"; ok != tc.ok || !ok && w.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s asked as %q: status %d, %q", tc.address, tc.host, w.Code, w.Body)
		}
	}
}

// Only reading is answered, whatever the path, and only for the server's own pages.
func TestMethodsAndSites(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("s", "raft", 0, 1)))
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", "PROPFIND"} {
		for _, target := range []string{"/", "/set/a/runs.jsonl", "/compare"} {
			r := httptest.NewRequest(method, target, nil)
			r.Host = at
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: status %d, allowed %q", method, target, w.Code, w.Header().Get("Allow"))
			}
		}
	}
	for _, site := range []string{"cross-site", "same-site"} {
		for _, mode := range []string{"cors", "no-cors", "same-origin", "websocket", ""} {
			want(t, h.get(t, "/", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode), http.StatusForbidden)
		}
		want(t, h.get(t, "/", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", "navigate"), http.StatusOK) // a link that somebody follows
	}
	want(t, h.get(t, "/", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"), http.StatusOK)
}

// Every answer, errors included, says what a browser may do with it.
func TestHeaders(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("s", "raft", 0, 1)))
	h.put(t, "a/plots/x.svg", "<svg/>")
	for _, target := range []string{"/", "/?find=zz", "/nowhere", "/compare", "/icon.svg", "/set/a/report.html", "/set/a/runs.jsonl", "/set/a/plots/x.svg", "/set/gone.txt"} {
		got := h.get(t, target).Header()
		for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got.Get(name) != value {
				t.Errorf("%s: %s is %q", target, name, got.Get(name))
			}
		}
		policy := got.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: no %s in %q", target, part, policy)
			}
		}
		if strings.Contains(policy, "script-src") && strings.Contains(policy, "script-src 'unsafe-inline'") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "*") {
			t.Errorf("%s: a policy that lets too much: %q", target, policy)
		}
		if got.Get("Access-Control-Allow-Origin") != "" || got.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", target, got)
		}
	}
}

// No path leads out of the directory or to what is no file of results.
func TestPathsStayInside(t *testing.T) {
	h := newHall(t)
	const secret = "the secret"
	outside := filepath.Dir(h.dir)
	for _, name := range []string{"secret.txt", "runs.jsonl", "report.html"} {
		if err := os.WriteFile(filepath.Join(outside, name), []byte(secret), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h.put(t, "in/fine.txt", "fine")
	h.put(t, ".git/config.txt", secret)
	h.put(t, "in/.lock.txt", secret)
	h.put(t, "in/key.pem", secret)
	h.put(t, `in/back\slash.txt`, secret)
	for link, to := range map[string]string{
		"in/link.txt": "../../secret.txt", "in/absolute.txt": filepath.Join(outside, "secret.txt"), "up": "..", "in/zero.txt": "/dev/zero", "self": "self",
		"in/near.txt": "fine.txt", "in/passwd.txt": "/etc/passwd",
	} {
		if err := os.Symlink(to, filepath.Join(h.dir, link)); err != nil {
			t.Skip(err)
		}
	}
	want(t, h.get(t, "/set/in/fine.txt"), http.StatusOK, "fine")
	want(t, h.get(t, "/set/in/near.txt"), http.StatusOK, "fine") // a link that stays inside
	for _, target := range []string{
		"/set/../secret.txt", "/set/in/../../secret.txt", "/set/%2e%2e/secret.txt", "/set/%2E%2e%2Fsecret.txt", "/set/in/..%2f..%2fsecret.txt",
		"/set/..%5csecret.txt", `/set/in/..%5c..%5csecret.txt`, "/set/in/back%5cslash.txt", "/set/%252e%252e/secret.txt",
		"/set//etc/passwd.txt", "/set/%2fetc%2fpasswd", "/set/" + outside + "/secret.txt", "/set/%2f" + strings.TrimPrefix(outside, "/") + "/secret.txt",
		"/set/in/link.txt", "/set/in/absolute.txt", "/set/up/secret.txt", "/set/up/report.html", "/set/up/runs.jsonl", "/set/in/zero.txt", "/set/in/passwd.txt", "/set/self/x.txt",
		"/set/in/fine.txt%00", "/set/in/fine.txt%00.txt", "/set/secret.txt%00.html", "/set/in/./fine.txt", "/set/in//fine.txt", "/set/in/fine.txt/", "/set/in/", "/set/in", "/set/", "/set",
		"/set/.git/config.txt", "/set/in/.lock.txt", "/set/in/key.pem",
		"/set/%ff.txt", "/set/in/fine.txt;x", "/set/C:/Windows/win.txt", "/Set/in/fine.txt", "/set/../set/in/fine.txt", "//set/in/fine.txt",
		"/set/report.html", "/set/./report.html", "/set/%2e/report.html",
	} {
		if body := want(t, h.get(t, target), http.StatusNotFound); strings.Contains(body, secret) || strings.Contains(body, "root:") {
			t.Errorf("%s leads to the secret", target)
		}
	}
	want(t, h.get(t, "/"), http.StatusOK, "No directory here holds results")
}

func FuzzPath(f *testing.F) {
	dir := f.TempDir()
	served := filepath.Join(dir, "served")
	if err := os.MkdirAll(filepath.Join(served, "in"), 0o755); err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"secret.txt", "report.html", "runs.jsonl"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("secret"), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	_ = os.Symlink("..", filepath.Join(served, "up"))
	root, err := os.OpenRoot(served)
	if err != nil {
		f.Fatal(err)
	}
	g, err := New(root, served)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"in/../../secret.txt", "up/secret.txt", "..", "/..//secret.txt", "a\x00b.txt", `..\secret.txt`, "./report.html", "\xff.txt", "in/x.svg"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host, r.URL.Path = at, "/set/"+name
		w := httptest.NewRecorder()
		Guard(g, at).ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%q: status %d: %.200s", name, w.Code, w.Body)
		}
	})
}
