package gallery

import (
	"net"
	"net/http"
	"slices"
)

// Guard lets through what reads and names this machine. address is where the server listens, such as 127.0.0.1:8080.
//
// Any page in the user's browser can send requests here. One whose name was made to point to this machine (DNS
// rebinding) has its own name in Host, and one that embeds or fetches from elsewhere is marked by the browser in
// Sec-Fetch-Site; localhost on another port counts as the same site, and is refused too.
func Guard(next http.Handler, address string) http.Handler {
	hosts := hostsOf(address)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", closedPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		site, mode := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode")
		switch {
		case !slices.Contains(hosts, r.Host):
			http.Error(w, "this server answers to the name under which it listens, and to localhost", http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "this server only reads", http.StatusMethodNotAllowed)
		case (site == "cross-site" || site == "same-site") && mode != "navigate":
			http.Error(w, "this server answers to its own pages only", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// closedPolicy lets a browser do nothing with an answer but show it.
const closedPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// hostsOf lists the Host headers of requests that were meant for an address.
func hostsOf(address string) []string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	local := net.JoinHostPort("localhost", port)
	if port != "80" {
		return []string{address, local}
	}
	return []string{address, local, "localhost", address[:len(address)-len(":80")]}
}
