package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/driftd/driftd/alerts/receivers"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/internal/chengine"
)

// config checks the sections and hands each to the package that owns it.
func (c checker) config(f *file) Config {
	out := Config{
		Registry: Registry{File: f.Registry.File, MLflow: f.Registry.MLflow},
		Kafka:    f.Kafka, Slack: f.Slack, HTTP: f.HTTP, Log: f.Log,
	}
	if f.Kafka != nil {
		for _, p := range f.Kafka.Validate() {
			c.problem(p.Field, "%s", p.Message)
		}
		c.mappings(f)
		if s := f.Kafka.SASL; s != nil && f.Kafka.TLS == nil && !strings.HasPrefix(s.Mechanism, "scram") {
			c.warn("kafka.sasl", "without tls, whoever listens on the way reads the secret: add tls")
		}
	}
	c.clickhouse(f, &out)
	c.registry(f, &out)
	if f.Slack != nil {
		c.slack(*f.Slack)
	}
	out.Receivers = c.receivers(f.Receivers)
	c.listen(f.HTTP)
	out.Links = c.links(f)
	c.oneOf("log.format", f.Log.Format, "text", "json")
	out.Models = c.models(f, out.Links)
	return out
}

// serverKeys of the clickhouse section mean nothing to the embedded engine.
var serverKeys = []string{"addresses", "username", "password_file", "secure", "ca_file"}

func (c checker) clickhouse(f *file, out *Config) {
	s := f.ClickHouse
	out.ClickHouse = s.Config
	server := false
	for _, key := range serverKeys {
		path := "clickhouse." + key
		server = server || c.given(path)
		if c.given(path) && c.given("clickhouse.embedded") {
			c.problem(path, "has no effect beside embedded: remove one of the two")
		}
	}
	if s.Dashboards != nil {
		c.joined("clickhouse.dashboards", s.Dashboards.Validate())
	}
	if server && !c.given("clickhouse.embedded") {
		if c.given("clickhouse.dashboards.http_port") {
			c.problem("clickhouse.dashboards.http_port", "has no effect without embedded: a server has its own")
		}
		c.joined("clickhouse", s.Config.Validate())
		return
	}
	engine := chengine.Config{Path: s.Embedded.Path, Library: s.Embedded.Library, MaxMemory: int64(s.Embedded.MaxMemory)}
	if d := s.Dashboards; d != nil {
		engine.Reader, engine.ReaderPasswordFile, engine.HTTPPort = d.Username, d.PasswordFile, d.HTTPPort
	}
	c.joined("clickhouse.embedded", engine.Validate())
	out.Engine = &engine
}

func (c checker) registry(f *file, out *Config) {
	if s := f.Registry.Switch; s != nil {
		if s.Webhook == nil {
			c.problem("registry.switch", "empty: give webhook, or leave it out and driftd switches by itself")
		} else {
			c.joined("registry.switch.webhook", s.Webhook.Validate())
			out.Registry.Webhook = s.Webhook
		}
	}
	if f.Registry.MLflow == nil {
		return
	}
	if f.Registry.File != "" {
		c.problem("registry.file", "%q: give either file or mlflow, not both", f.Registry.File)
	}
	c.joined("registry.mlflow", f.Registry.MLflow.Validate())
}

// joined notes the errors of a package's own validation, each of which begins
// with the name of its field.
func (c checker) joined(section string, err error) {
	if err == nil {
		return
	}
	errs := []error{err}
	if many, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		errs = many.Unwrap()
	}
	for _, err := range errs {
		name, message, _ := strings.Cut(err.Error(), " ")
		if bare, isName := strings.CutSuffix(name, ":"); isName {
			name = bare
		}
		c.problem(section+"."+name, "%s", message)
	}
}

// receivers checks those that models may name.
func (c checker) receivers(all []receivers.Config) []receivers.Config {
	first := map[string]int{}
	for i, r := range all {
		path := fmt.Sprintf("receivers[%d]", i)
		if at, twice := first[r.Name]; twice {
			c.problem(path+".name", "%q is declared twice, first in receivers[%d]: remove one", r.Name, at)
		} else {
			first[r.Name] = i
		}
		c.joined(path, r.Validate())
	}
	return all
}

func (c checker) listen(h HTTP) {
	host, port, err := net.SplitHostPort(h.Listen)
	number, portErr := strconv.Atoi(port)
	if err != nil || portErr != nil || number < 0 || number > 65535 {
		c.problem("http.listen", "%q: give host:port, such as 127.0.0.1:9464", short(h.Listen))
		return
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		if h.AdminTokenFile != "" {
			c.warn("http.admin_token_file", "without TLS, whoever listens on the way to %s reads the token: put a proxy that speaks TLS in front", short(h.Listen))
		}
		c.warn("http.listen", "%q: other machines can read models and verdicts: put a proxy with authentication in front", h.Listen)
	}
}

// Slack is the slack section.
type Slack struct {
	TokenFile         string            `mapstructure:"token_file"`
	WebhookURLFile    string            `mapstructure:"webhook_url_file"`
	AppTokenFile      string            `mapstructure:"app_token_file"`
	SigningSecretFile string            `mapstructure:"signing_secret_file"`
	People            map[string]string `mapstructure:"people"`
	APIURL            string            `mapstructure:"api_url"`
	Templates         string            `mapstructure:"templates"` // file of texts
	Files             bool              `mapstructure:"files"`     // whether pictures may be uploaded
}

// slackPerson is how Slack names a person.
var slackPerson = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

func (c checker) slack(s Slack) {
	heard := s.AppTokenFile != "" || s.SigningSecretFile != ""
	switch {
	case s.TokenFile == "" && s.WebhookURLFile == "":
		c.problem("slack.token_file", "missing: name the file that holds the bot token (xoxb-…), or give webhook_url_file")
	case s.TokenFile != "" && s.WebhookURLFile != "":
		c.problem("slack.webhook_url_file", "has no effect beside token_file: remove one of the two")
	case s.WebhookURLFile != "" && heard:
		c.problem("slack.webhook_url_file", "messages of a webhook have no buttons: give token_file instead, or remove app_token_file and signing_secret_file")
	case heard && len(s.People) == 0:
		c.warn("slack", "nobody may press a button: say who people are, such as people: {U024BE7LH: alice}")
	case !heard && len(s.People) > 0:
		c.warn("slack.people", "messages have no buttons: give app_token_file, or signing_secret_file")
	}
	for _, id := range slices.Sorted(maps.Keys(s.People)) {
		switch name, at := s.People[id], join("slack.people", id); {
		case !slackPerson.MatchString(id):
			c.problem(at, "%q: give the id of a member, such as U024BE7LH (profile, Copy member ID)", short(id))
		case strings.TrimSpace(name) == "":
			c.problem(at, "%q: give the name that act.approvers knows", name)
		}
	}
	if s.Templates != "" {
		if _, err := slack.LoadTemplates(s.Templates); err != nil {
			c.problem("slack.templates", "%v", err)
		}
	}
}
