package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/outbound"
)

// hear starts a Slack that has the channels, of which the bot is not in the last,
// and a program that keeps in the file program what is signed with the key in the
// file key; and puts their addresses in place of SLACK and PROGRAM into a
// configuration: hear CONFIG CHANNEL…
func hear(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hear CONFIG CHANNEL…")
	}
	people := slackfake.New("xoxb-script", args[1:]...)
	ts.Defer(people.Close)
	people.Kick(args[len(args)-1])
	key, kept := strings.TrimSpace(ts.ReadFile("key")), ts.MkAbs("program")
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = outbound.Verify(r.Header, key, body, time.Now(), time.Minute)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		before, _ := os.ReadFile(kept) // none at first
		if err := os.WriteFile(kept, append(append(before, body...), '\n'), 0o600); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	ts.Defer(program.Close)
	text := strings.NewReplacer("SLACK", people.URL(), "PROGRAM", program.URL).Replace(ts.ReadFile(args[0]))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
