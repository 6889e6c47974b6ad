package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/app"
)

// postForm sends a form with an Authorization header.
func (d daemon) postForm(path, authorization, form string) (status int, text string, header http.Header) {
	d.t.Helper()
	address, err := d.Address(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, "http://"+address+path, strings.NewReader(form))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(body), answer.Header
}

// Who has the token freezes a running daemon, and nobody else.
func TestFreezeOverHTTP(t *testing.T) {
	dir := t.TempDir()
	const name = "admin-token"
	text := server(t, dir) + fmt.Sprintf("registry: {file: %q}\n", dir+"/registry.json") + reloadable
	tokenFile := write(t, dir, name, "first\n")
	c := parse(t, strings.Replace(text, "http: {", fmt.Sprintf("http: {admin_token_file: %q, ", tokenFile), 1))
	store := migrate(t, c)
	d := run(t, app.Options{Config: c})
	d.started()
	frozen := func() string {
		t.Helper()
		o, on, err := store.Freeze(t.Context(), time.Now().Add(time.Minute))
		if err != nil || !on {
			return fmt.Sprint(on, err)
		}
		return o.By + ": " + o.Why
	}
	const who = "by=alice&reason=complaints+since+noon"
	for _, refused := range []struct {
		name, authorization, form string
		status                    int
		says                      string
	}{
		{"no token", "", who, http.StatusUnauthorized, "send Authorization: Bearer"},
		{"another token", "Bearer second", who, http.StatusUnauthorized, "send Authorization: Bearer"},
		{"the beginning of it", "Bearer firs", who, http.StatusUnauthorized, "send"},
		{"another scheme", "Basic first", who, http.StatusUnauthorized, "send"},
		{"nobody", "Bearer first", "reason=complaints", http.StatusBadRequest, `by=""`},
		{"for no reason", "Bearer first", "by=alice&reason=+", http.StatusBadRequest, `reason=""`},
	} {
		status, text, header := d.postForm("/-/freeze", refused.authorization, refused.form)
		if status != refused.status || !strings.Contains(text, refused.says) || (header.Get("WWW-Authenticate") != "") != (status == http.StatusUnauthorized) {
			t.Errorf("%s: %d %q, want %d %q", refused.name, status, text, refused.status, refused.says)
		}
		if now := frozen(); now != "false <nil>" {
			t.Fatalf("%s: frozen: %s", refused.name, now)
		}
	}
	if status, _ := d.ask(http.MethodGet, "/-/freeze?"+who); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", status)
	}
	if status, text, _ := d.postForm("/-/freeze", "bearer first", who); status != http.StatusOK || !strings.Contains(text, "moves nothing") {
		t.Errorf("freeze: %d %q", status, text)
	}
	if now := frozen(); now != "alice: complaints since noon" {
		t.Errorf("frozen: %s", now)
	}
	write(t, dir, name, "second")
	if status, _, _ := d.postForm("/-/unfreeze", "Bearer first", "by=bob"); status != http.StatusUnauthorized {
		t.Errorf("with a token that was replaced: %d", status)
	}
	if status, text, _ := d.postForm("/-/unfreeze?by="+url.QueryEscape("bob"), "Bearer second", ""); status != http.StatusOK || !strings.Contains(text, "moved again") {
		t.Errorf("unfreeze: %d %q", status, text)
	}
	if now := frozen(); now != "false <nil>" {
		t.Errorf("unfrozen: %s", now)
	}
	write(t, dir, name, "")
	if status, text, _ := d.postForm("/-/freeze", "Bearer ", who); status != http.StatusServiceUnavailable {
		t.Errorf("with an empty file: %d %q", status, text)
	}

	without := run(t, app.Options{Config: parse(t, text)})
	without.started()
	if status, text, _ := without.postForm("/-/freeze", "Bearer ", who); status != http.StatusForbidden || !strings.Contains(text, "http.admin_token_file is not configured") {
		t.Errorf("without a file: %d %q", status, text)
	}
}
