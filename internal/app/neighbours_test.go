package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/parts"
)

const neighbourModel = `
http: {listen: "127.0.0.1:0"}
models:
  - {name: asked, task: binary, positive: "1", labels: {maturity: 72h}}
`

func kafkaSection(broker string, topics ...string) string {
	var list []string
	for i, name := range topics {
		list = append(list, fmt.Sprintf("{name: %s, kind: %s}", name, []string{"predictions", "outcomes"}[i%2]))
	}
	return fmt.Sprintf("kafka: {brokers: [%q], group: asked, topics: [%s]}\n", broker, strings.Join(list, ", "))
}

// What `driftd check --online` says of each server, in each state a person
// may bring it into.
func TestAskSaysWhatIsWrongWithEachServer(t *testing.T) {
	broker, tracking := parts.Kafka(t), parts.MLflow(t)
	producer(t, broker, "asked.predictions")
	people := slackfake.New("xoxb-good")
	defer people.Close()
	dir := t.TempDir()
	good := server(t, dir)
	migrate(t, parse(t, good+neighbourModel))
	empty := server(t, t.TempDir())
	nowhere := parts.FreeAddress(t)
	slackSection := func(token, url string) string {
		return fmt.Sprintf("slack: {token_file: %q, api_url: %q}\n", write(t, dir, token, token), url)
	}
	for _, test := range []struct{ name, text, server, says, fails string }{
		{"kafka", kafkaSection(broker, "asked.predictions") + good, "kafka", "asked.predictions (partitions: 2)", ""},
		{"topic missing", kafkaSection(broker, "asked.predictions", "asked.nothing") + good, "kafka", "", "topics that do not exist, or that the user may not describe: asked.nothing"},
		{"kafka down", kafkaSection(nowhere, "asked.predictions") + good, "kafka", "", "connect to kafka broker " + nowhere + ": dial tcp " + nowhere + ": connect: connection refused"},
		{"no such kafka host", kafkaSection("no-such-host.invalid:9092", "asked.predictions") + good, "kafka", "", "no such host"},
		{"kafka is something else", kafkaSection(strings.TrimPrefix(tracking, "http://"), "asked.predictions") + good, "kafka", "", "does not speak Kafka's protocol: check kafka.brokers"},
		{"clickhouse", good, "clickhouse", "is up to date", ""},
		{"wrong password", strings.Replace(good, dir+"/password", write(t, dir, "wrong", "wrong"), 1), "clickhouse", "", "(check clickhouse.username and clickhouse.password_file)"},
		{"not migrated", empty, "clickhouse", "", "lacks 0001_events.sql and later: run `driftd migrate`"},
		{"no database", regexp.MustCompile(`database: \w+`).ReplaceAllString(good, "database: no_such"), "clickhouse", "", "run `driftd migrate`"},
		{"clickhouse down", regexp.MustCompile(`addresses: \["[^"]*"\]`).ReplaceAllString(good, fmt.Sprintf("addresses: [%q]", nowhere)), "clickhouse", "", "connection refused (check clickhouse.addresses, and that the server listens there)"},
		{"clickhouse's HTTP port", regexp.MustCompile(`addresses: \["[^"]*"\]`).ReplaceAllString(good, fmt.Sprintf("addresses: [%q]", parts.Engine(t).HTTPAddress)), "clickhouse", "", "clickhouse.addresses wants the port of the native protocol"},
		{"file registry", good + fmt.Sprintf("registry: {file: %q}\n", write(t, dir, "registry.json", `{"models": {"asked": {"aliases": {"champion": "7"}, "versions": {"7": {}}}}}`)), "registry", "alias champion of asked is version 7", ""},
		{"broken file registry", good + fmt.Sprintf("registry: {file: %q}\n", write(t, dir, "broken.json", `{"models":`)), "registry", "", "broken.json"},
		{"mlflow", good + fmt.Sprintf("registry: {mlflow: {url: %q}}\n", tracking), "registry", "asked is not registered yet", ""},
		{"mlflow at another path", good + fmt.Sprintf("registry: {mlflow: {url: %q}}\n", tracking+"/nowhere"), "registry", "", "no MLflow server answers at this address: check url and its path prefix"},
		{"mlflow down", good + fmt.Sprintf("registry: {mlflow: {url: %q}}\n", "http://"+nowhere), "registry", "", "connection refused (check registry.mlflow.url, and that the server runs)"},
		{"slack", good + slackSection("xoxb-good", people.URL()), "slack", "the token is good", ""},
		{"wrong token", good + slackSection("xoxb-wrong", people.URL()), "slack", "", "invalid_auth (slack.token_file wants the bot token"},
		{"slack down", good + slackSection("xoxb-good", "http://"+nowhere), "slack", "", "connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, n := range app.Ask(t.Context(), parse(t, test.text+neighbourModel), slog.New(slog.DiscardHandler)) {
				if n.Name != test.server {
					continue
				}
				t.Logf("%s at %s: %s %v", n.Name, n.At, n.Says, n.Err)
				if test.fails == "" && n.Err == nil {
					contains(t, n.Says, test.says)
				} else if n.Err == nil || test.fails == "" || !strings.Contains(n.Err.Error(), test.fails) {
					t.Errorf("%s says %q and %v, want %q", n.Name, n.Says, n.Err, test.says+test.fails)
				}
				return
			}
			t.Errorf("%s was not asked", test.server)
		})
	}
}

// lines is a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

func ready(d daemon) (status int, parts map[string]string) {
	d.t.Helper()
	status, text := d.ask(http.MethodGet, "/-/ready")
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	return status, parts
}

// With nobody at home, `driftd run` stays up, names each neighbour in its log
// and in /-/ready, and stops cleanly when told.
func TestDaemonWaitsForNeighboursAndSaysForWhich(t *testing.T) {
	nowhere, dir := parts.FreeAddress(t), t.TempDir()
	log := &lines{}
	d := run(t, app.Options{
		Log: slog.New(slog.NewTextHandler(log, nil)),
		Config: parse(t, kafkaSection(nowhere, "p", "o")+fmt.Sprintf("clickhouse: {addresses: [%q]}\nregistry: {mlflow: {url: %q}}\nslack: {token_file: %q, api_url: %q}\n",
			nowhere, "http://"+nowhere, write(t, dir, "token", "xoxb"), "http://"+nowhere)+neighbourModel),
	})
	for _, line := range []string{"clickhouse cannot be reached, trying again", "registry cannot be used, going on without it", "slack cannot be used, going on without it"} {
		eventually(t, line, func() bool { return log.has(line) })
	}
	status, parts := ready(d)
	if status != http.StatusServiceUnavailable {
		t.Errorf("ready with status %d", status)
	}
	contains(t, parts["clickhouse"], "not usable yet: ", "connection refused", "check clickhouse.addresses")
	contains(t, parts["kafka"], "clickhouse comes first")
	contains(t, parts["registry"], "connection refused", "check registry.mlflow.url")
	if status, text := d.ask(http.MethodGet, "/-/healthy"); status != http.StatusOK {
		t.Errorf("a daemon that waits is healthy: %d %s", status, text)
	}
	if status, text := d.ask(http.MethodPost, "/-/reload"); status == http.StatusOK || !strings.Contains(text, "still starting") {
		t.Errorf("reload while starting: %d %s", status, text)
	}
}

// What only a person can mend ends the daemon at once, with the remedy.
func TestDaemonEndsWhereWaitingDoesNotHelp(t *testing.T) {
	dir := t.TempDir()
	good := server(t, dir)
	for _, test := range []struct{ name, text, want string }{
		{"wrong password", strings.Replace(good, dir+"/password", write(t, dir, "wrong", "wrong"), 1), "check clickhouse.username and clickhouse.password_file"},
		{"not migrated", good, "run `driftd migrate`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := app.New(app.Options{Config: parse(t, test.text+fmt.Sprintf("registry: {file: %q}\n", dir+"/none.json")+neighbourModel), Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- a.Run(t.Context()) }()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("ended with %v, want %q", err, test.want)
				}
			case <-time.After(parts.Patience):
				t.Error("it goes on")
			}
		})
	}
}

// With the store there and Kafka away, the daemon runs and says what is missing.
func TestKafkaAwayIsNamedInReadiness(t *testing.T) {
	nowhere, dir := parts.FreeAddress(t), t.TempDir()
	c := parse(t, kafkaSection(nowhere, "p", "o")+server(t, dir)+fmt.Sprintf("registry: {file: %q}\n", dir+"/none.json")+neighbourModel)
	migrate(t, c)
	log := &lines{}
	d := run(t, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(log, nil))})
	d.started()
	var parts map[string]string
	eventually(t, "kafka's trouble is known", func() bool { _, parts = ready(d); return strings.Contains(parts["kafka"], "refused") })
	contains(t, parts["kafka"], nowhere)
	if parts["clickhouse"] != "ready" || parts["registry"] != "ready" {
		t.Errorf("the others are %v", parts)
	}
	eventually(t, "a line in the log", func() bool { return log.has("kafka not reached") })
}
