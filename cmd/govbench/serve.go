package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/gallery"
)

// stopTime is how long answers that are under way may take when the server stops.
const stopTime = 2 * time.Second

// loopbacks are the addresses that no other machine reaches.
func loopbacks() []string { return []string{"127.0.0.1", "::1"} }

// serveFlags are those of govbench serve.
type serveFlags struct {
	address string
	port    uint16
	json    bool
}

func newServe() *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "show the result sets below a directory in the browser, and compare them",
		Long: `serve lists every directory below DIR that holds results, shows the report of each, and holds the results of one set
against those of others. A set that is still being written is shown as far as it has come.

It answers to this machine alone and only reads: nothing below DIR is written, and no path and no symbolic link leads
out of DIR. From another machine, use a tunnel: ssh -L 8080:127.0.0.1:8080 HOST.

The address goes to stdout, with --json as {"url":"http://127.0.0.1:8080/"}. Ctrl-C stops.

Exit status: 0 stopped; 1 the server failed; 2 the input is wrong.`,
		Example: `  govbench serve results
  govbench serve results --port 8080`,
		Args: oneDirectory,
		RunE: func(cmd *cobra.Command, args []string) error { return serve(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.address, "address", loopbacks()[0], "`ADDRESS` to listen on: 127.0.0.1 or ::1")
	cmd.Flags().Uint16Var(&flags.port, "port", 0, "`PORT` to listen on (default: any that is free)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "print the address as JSON")
	return cmd
}

func oneDirectory(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("found %d arguments: allowed is one, the directory that holds results, as in govbench serve %s", len(args), resultsDir)
	}
	return nil
}

// serve answers until the command's context ends.
func serve(cmd *cobra.Command, dir string, flags serveFlags) error {
	address := strings.Trim(flags.address, "[]")
	if !slices.Contains(loopbacks(), address) {
		return fmt.Errorf("--address: found %q: allowed are %s, which no other machine reaches; from another machine use a tunnel, such as ssh -L 8080:127.0.0.1:8080 HOST",
			flags.address, strings.Join(loopbacks(), " and "))
	}
	root, err := openDirectory(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	whole, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	pages, err := gallery.New(root, whole)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(int(flags.port))))
	if err != nil {
		return fmt.Errorf("--port: cannot listen: %w: name another port, or none for any that is free", err)
	}
	at := listener.Addr().String()
	if err := tellAddress(cmd.OutOrStdout(), "http://"+at+"/", flags.json); err != nil {
		return failure{errors.Join(err, listener.Close())}
	}
	return answer(cmd.Context(), listener, &http.Server{
		Handler:  gallery.Guard(pages, at),
		ErrorLog: log.New(cmd.ErrOrStderr(), "govbench: ", 0),
		// A client that sends or takes slowly gives its connection up.
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	})
}

// openDirectory opens what is served.
func openDirectory(dir string) (*os.Root, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist: name a directory that holds results, such as %s", dir, resultsDir)
	case err == nil && !info.IsDir():
		return nil, fmt.Errorf("%s is a file: allowed is a directory that holds results", dir)
	case err != nil:
		return nil, err
	}
	return os.OpenRoot(dir)
}

func tellAddress(w io.Writer, url string, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintf(w, "%s (Ctrl-C stops)\n", url)
		return err
	}
	return json.NewEncoder(w).Encode(map[string]string{"url": url})
}

// answer serves until ctx ends, and then gives what is under way a moment.
func answer(ctx context.Context, listener net.Listener, server *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return failure{err}
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return failure{errors.Join(err, server.Close())}
	}
	return server.Close()
}
