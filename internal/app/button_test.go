package app_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

const (
	alice = "U0000ALICE"
	bob   = "U00000BOB0"
)

// shop is a daemon whose model got worse, and the people in its channel.
type shop struct {
	daemon
	t       *testing.T
	people  *slackfake.Server
	store   *clickhouse.Store
	config  config.Config
	release *filestore.Registry
	now     time.Time
}

// openShop replays the story up to the tick that proposes a rollback. more are
// further keys of the slack section.
func openShop(t *testing.T, more string) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{t: t, people: slackfake.New("xoxb-shop"), now: day(promoted - 5).Add(15 * time.Minute)}
	t.Cleanup(s.people.Close)
	s.people.SocketMode("xapp-shop")
	file := write(t, dir, "registry.json", `{"models": {"churn": {"aliases": {"champion": "1"}, "versions": {"1": {}, "2": {}}}}}`)
	write(t, dir, "token", "xoxb-shop\n")
	write(t, dir, "app", "xapp-shop\n")
	write(t, dir, "secret", "shh\n")
	text := server(t, dir) + fmt.Sprintf("registry: {file: %s}\nhttp: {listen: \"127.0.0.1:0\"}\n", file)
	text += fmt.Sprintf("slack: {token_file: %[1]s/token, api_url: %[2]q, people: {%[3]s: alice, %[4]s: bob}, %[5]s}\n", dir, s.people.URL(), alice, bob, strings.ReplaceAll(more, "DIR", dir))
	text += churnModel + "    act: {mode: approve, approvers: [alice]}\n    notify: {channel: \"#churn\"}\n"
	s.config = parse(t, text)
	migrate(t, s.config)
	store, c, done, err := app.OpenEvents(t.Context(), s.config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	s.store = store
	predictions, outcomes := churned(t, dir)
	for kind, file := range map[string]string{"predictions": predictions, "outcomes": outcomes} {
		loader := app.NewLoader(store, c, app.LoadOptions{Kind: kind, Comma: ','}, slog.New(slog.DiscardHandler))
		if _, err := loader.Load(t.Context(), file, func(app.Progress) {}); err != nil {
			t.Fatal(err)
		}
	}
	if s.release, err = filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")}); err != nil {
		t.Fatal(err)
	}
	s.daemon = run(t, app.Options{Config: s.config, Stepped: s.now})
	s.started()
	s.advance(5)
	s.give("2")
	for range 12 {
		s.advance(1)
		if m := s.message(); slices.ContainsFunc(m.Buttons, isVerb("approve")) {
			return s
		}
	}
	t.Fatalf("nothing was proposed: %+v", s.people.Messages("#churn"))
	return nil
}

func isVerb(verb string) func(slackfake.Button) bool {
	return func(b slackfake.Button) bool { return b.ActionID == "driftd."+verb }
}

func (s *shop) advance(days int) {
	s.t.Helper()
	s.now = s.now.AddDate(0, 0, days)
	if err := s.Advance(s.t.Context(), s.now); err != nil {
		s.t.Fatal(err)
	}
}

// message returns the newest message about performance, which is what can be approved.
func (s *shop) message() slackfake.Message {
	for _, m := range slices.Backward(s.people.Messages("#churn")) {
		if strings.Contains(m.EventID, "|performance@") {
			return m
		}
	}
	return slackfake.Message{}
}

func (s *shop) press(user, verb string, seen slackfake.Message) error {
	s.t.Helper()
	at := slices.IndexFunc(seen.Buttons, isVerb(verb))
	if at < 0 {
		s.t.Fatalf("no button %s below %+v", verb, seen)
	}
	return s.people.Press(s.t.Context(), user, "#churn", seen, seen.Buttons[at])
}

// told waits until the person was told something that has the text.
func (s *shop) told(user, text string) {
	s.t.Helper()
	eventually(s.t, user+" is told "+text, func() bool {
		return slices.ContainsFunc(s.people.Whispers(user), func(w string) bool { return strings.Contains(w, text) })
	})
}

// give lets people put a version into the slot.
func (s *shop) give(version string) {
	s.t.Helper()
	if err := s.release.Assign(s.t.Context(), s.config.Models[0].Slot, model.Ref{Name: "churn", Version: version}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) holder() string {
	s.t.Helper()
	ref, err := s.release.Serving(s.t.Context(), "churn", s.config.Models[0].Slot)
	if err != nil {
		s.t.Fatal(err)
	}
	return ref.Version
}

// From a click to the slot: proposed, approved by a button, moved, and said.
func TestAButtonTakesAVersionBack(t *testing.T) {
	for way, keys := range map[string]string{"socket mode": "app_token_file: DIR/app", "signed requests": "signing_secret_file: DIR/secret"} {
		t.Run(way, func(t *testing.T) {
			s := openShop(t, keys)
			if way == "signed requests" {
				address, err := s.Address(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				s.people.Interactivity("http://"+address+"/-/slack", "shh")
			}
			seen := s.message()
			if err := s.press("U0MALLORY00", "approve", seen); err != nil {
				t.Error(err)
			}
			s.told("U0MALLORY00", "U0MALLORY00: your-name")
			if err := s.press(bob, "approve", seen); err != nil {
				t.Error(err)
			}
			s.told(bob, `"bob" is not among act.approvers: alice`)
			if got := s.holder(); got != "2" {
				t.Fatalf("version %s holds the slot before anybody may say so", got)
			}
			click := s.people.Interaction(alice, "#churn", seen, seen.Buttons[slices.IndexFunc(seen.Buttons, isVerb("approve"))])
			for range 2 { // Slack delivers again
				if err := s.people.Deliver(t.Context(), click); err != nil {
					t.Error(err)
				}
			}
			eventually(t, "both are answered", func() bool { return len(s.people.Whispers(alice)) == 2 })
			for _, told := range s.people.Whispers(alice) {
				contains(t, told, "Taken, alice: driftd moves the slot within seconds")
			}
			eventually(t, "the message says who approved", func() bool {
				return strings.Contains(strings.Join(s.message().Notes, "\n"), "approved by alice at 2026-0")
			})
			if got := s.holder(); got != "1" {
				t.Errorf("version %s holds the slot, want 1", got)
			}
			m := s.message()
			if slices.ContainsFunc(m.Buttons, isVerb("approve")) || len(s.people.Messages("#churn")) > 2 {
				t.Errorf("%d messages, buttons %+v: want the same message without the button", len(s.people.Messages("#churn")), m.Buttons)
			}
			if err := s.press(alice, "approve", seen); err != nil { // a new click on an old view
				t.Error(err)
			}
			s.told(alice, "Not done: alice agreed at")
			actions, err := s.store.Actions(t.Context(), "churn", day(storyDays))
			if err != nil {
				t.Fatal(err)
			}
			moved := 0
			for _, a := range actions {
				if a.Moved() {
					moved++
				}
			}
			if moved != 1 {
				t.Errorf("%d moves, want one", moved)
			}
		})
	}
}

func TestButtonsHoldSilenceAndAcknowledge(t *testing.T) {
	s := openShop(t, "app_token_file: DIR/app")
	seen := s.message()
	says := func(text string) {
		t.Helper()
		eventually(t, "the message says "+text, func() bool { return strings.Contains(strings.Join(s.message().Notes, "\n"), text) })
	}
	if err := s.press(bob, "acknowledge", seen); err != nil {
		t.Error(err)
	}
	says("acknowledged by bob at")
	if slices.ContainsFunc(s.message().Buttons, isVerb("acknowledge")) {
		t.Error("it can be acknowledged twice")
	}
	if err := s.press(alice, "acknowledge", seen); err != nil {
		t.Error(err)
	}
	s.told(alice, "acknowledged by bob at")

	// What alice saw is not what there is now.
	if err := s.press(alice, "approve", seen); err != nil {
		t.Error(err)
	}
	s.told(alice, "things have changed since this message was drawn")

	if err := s.press(bob, "hold", seen); err != nil { // the careful ones work on an old view, too
		t.Error(err)
	}
	says("by bob at")
	s.told(bob, "nothing is moved from or to churn@2 until")
	contains(t, content(t, s.config)["registry"], `bob by a button in Slack`)
	if err := s.press(bob, "silence", s.message()); err != nil {
		t.Error(err)
	}
	says("silenced until")
	if m := s.message(); slices.ContainsFunc(m.Buttons, isVerb("silence")) || slices.ContainsFunc(m.Buttons, isVerb("hold")) {
		t.Errorf("buttons %+v: what was done can be done again", m.Buttons)
	}
	if got := s.holder(); got != "2" {
		t.Errorf("version %s holds the slot, want 2: it is held", got)
	}
}

func TestAProposalExpiresForItsButton(t *testing.T) {
	s := openShop(t, "app_token_file: DIR/app")
	seen := s.message()
	s.now = s.now.Add(5 * time.Hour) // no tick falls due, so that the message stays as it was
	if err := s.Advance(t.Context(), s.now); err != nil {
		t.Fatal(err)
	}
	if err := s.press(alice, "approve", seen); err != nil {
		t.Error(err)
	}
	s.told(alice, "expired at")
	if got := s.holder(); got != "2" {
		t.Errorf("version %s holds the slot, want 2", got)
	}

	// What needs no button is said by the command line, too, and stands in the message.
	taken, err := app.Acknowledge(t.Context(), s.store, s.config.Models[0], "performance", "carol", "on it", s.now)
	if err != nil || len(taken) != 1 {
		t.Fatalf("%d acknowledged, %v", len(taken), err)
	}
	eventually(t, "the message says who looks after it", func() bool {
		notes := strings.Join(s.message().Notes, "\n")
		return strings.Contains(notes, "acknowledged by carol at") && strings.Contains(notes, "UTC: on it")
	})
	if _, err := app.Acknowledge(t.Context(), s.store, s.config.Models[0], "performance", "dave", "", s.now.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "acknowledged by carol") {
		t.Errorf("a second one: %v", err)
	}
}

func TestWhatPeopleDecidedIsNotUndoneByAButton(t *testing.T) {
	s := openShop(t, "app_token_file: DIR/app")
	if err := s.release.Annotate(t.Context(), model.Ref{Name: "churn", Version: "2"}, map[string]string{registry.HoldTag: "audit"}); err != nil {
		t.Fatal(err)
	}
	if err := s.press(alice, "hold", s.message()); err != nil {
		t.Error(err)
	}
	s.told(alice, "churn@2 is held already, for longer: audit")
	seen := s.message()
	s.give("1") // people decide
	s.advance(1)
	if m := s.message(); len(m.Buttons) > 0 {
		t.Errorf("a closed incident has the buttons %+v", m.Buttons)
	}
	if err := s.press(alice, "acknowledge", seen); err != nil {
		t.Error(err)
	}
	s.told(alice, "the incident was closed at")
}

func TestUnsignedRequestsAreRefusedByTheDaemon(t *testing.T) {
	s := openShop(t, "signing_secret_file: DIR/secret")
	if status, text := s.ask("POST", "/-/slack"); status != 401 {
		t.Errorf("%d %s, want 401", status, text)
	}
}
