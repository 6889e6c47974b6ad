package ingest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/schema"
)

// Config is the kafka section of the configuration.
type Config struct {
	Brokers        []string       `mapstructure:"brokers"`
	Group          string         `mapstructure:"group"` // consumer group, shared by all processes that split the work
	Topics         []Topic        `mapstructure:"topics"`
	Flush          Flush          `mapstructure:"flush"`
	SessionTimeout time.Duration  `mapstructure:"session_timeout"` // silence after which the group gives our partitions to others
	StopTimeout    time.Duration  `mapstructure:"stop_timeout"`    // how long a batch being stored may take at shutdown
	MaxMessage     Bytes          `mapstructure:"max_message"`     // a longer message is rejected
	MaxInFlight    Bytes          `mapstructure:"max_in_flight"`   // messages fetched and not yet stored; then fetching stops
	TLS            *TLS           `mapstructure:"tls"`             // nil: plain text
	SASL           *SASL          `mapstructure:"sasl"`            // nil: no authentication
	SchemaRegistry *schema.Config `mapstructure:"schema_registry"` // of the topics that are avro or protobuf
}

// Topic is one topic and what its messages are.
type Topic struct {
	Name   string        `mapstructure:"name"`
	Kind   TopicKind     `mapstructure:"kind"`
	Format schema.Format `mapstructure:"format"` // json (also when empty), avro or protobuf

	Mapping *Mapping `mapstructure:"mapping"` // nil: driftd's own events
}

// mapping returns how the topic's messages are read.
func (t Topic) mapping() Mapping {
	if t.Mapping == nil {
		return Mapping{}
	}
	return *t.Mapping
}

// Places returns which field of an event is read from where in a message, by
// JSON Pointer.
func (t Topic) Places() map[string]string { return t.mapping().Places(t.Kind.events()) }

// TopicKind is what the messages of a topic are.
type TopicKind string

// The kinds of topics.
const (
	PredictionsTopic TopicKind = "predictions"
	OutcomesTopic    TopicKind = "outcomes"
)

// events returns what the messages become.
func (k TopicKind) events() decode.Kind {
	if k == OutcomesTopic {
		return decode.Outcomes
	}
	return decode.Predictions
}

// Flush says when a batch is closed: whichever comes first.
type Flush struct {
	Rows  int           `mapstructure:"rows"`
	Bytes Bytes         `mapstructure:"bytes"`
	After time.Duration `mapstructure:"after"` // at most, since the batch's first message
}

// TLS turns encryption on; the zero value trusts the system's authorities.
type TLS struct {
	CAFile     string `mapstructure:"ca_file"`   // PEM; instead of the system's authorities
	CertFile   string `mapstructure:"cert_file"` // PEM; our own certificate, with KeyFile
	KeyFile    string `mapstructure:"key_file"`
	ServerName string `mapstructure:"server_name"` // expected in the broker's certificate instead of its host name
}

// Bytes is a size, written as 512, 64KB, 32MB or 1GB (powers of 1024).
type Bytes int64

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	s, unit := strings.TrimSpace(string(text)), int64(1)
	for i, suffix := range []string{"KB", "MB", "GB"} {
		if rest, ok := strings.CutSuffix(strings.ToUpper(s), suffix); ok {
			s, unit = strings.TrimSpace(rest), int64(1)<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > (1<<50)/unit {
		return fmt.Errorf("size %q: want a whole number with KB, MB or GB, e.g. 32MB", text)
	}
	*b = Bytes(n * unit)
	return nil
}

// String writes the size with the largest unit that divides it.
func (b Bytes) String() string {
	for i, suffix := range []string{"GB", "MB", "KB"} {
		if unit := Bytes(1) << (10 * (3 - i)); b >= unit && b%unit == 0 {
			return strconv.FormatInt(int64(b/unit), 10) + suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// Defaults returns the configuration that needs only brokers and topics.
func Defaults() Config {
	return Config{
		Group:          "driftd",
		Flush:          Flush{Rows: 50_000, Bytes: 32 << 20, After: time.Second},
		SessionTimeout: 15 * time.Second,
		StopTimeout:    20 * time.Second,
		MaxMessage:     1 << 20,
		MaxInFlight:    64 << 20,
	}
}

// Problem is one thing wrong with the configuration.
type Problem struct {
	Field   string // path in the configuration, "kafka.topics[1].kind"
	Message string // names the value and the remedy
}

func (p Problem) Error() string { return p.Field + ": " + p.Message }

// Validate reports everything that is wrong, in the order of the fields.
func (c Config) Validate() []Problem {
	var problems []Problem
	check := func(ok bool, field, format string, args ...any) {
		if !ok {
			problems = append(problems, Problem{"kafka." + field, fmt.Sprintf(format, args...)})
		}
	}
	check(len(c.Brokers) > 0, "brokers", "none: name at least one, e.g. [kafka-1:9092]")
	for i, b := range c.Brokers {
		host, port, ok := cutLast(b, ":")
		n, err := strconv.Atoi(port)
		check(ok && host != "" && err == nil && n > 0 && n < 1<<16, fmt.Sprintf("brokers[%d]", i), "%q: want host:port, e.g. kafka-1:9092", b)
	}
	check(c.Group != "", "group", "empty: name the consumer group, e.g. driftd")
	check(len(c.Topics) > 0, "topics", "none: name at least one topic with its kind")
	names := map[string]bool{}
	for i, t := range c.Topics {
		field := fmt.Sprintf("topics[%d]", i)
		check(t.Name != "", field+".name", "empty: name the topic")
		check(!names[t.Name], field+".name", "%q is named twice: a topic has one kind", t.Name)
		check(t.Kind == PredictionsTopic || t.Kind == OutcomesTopic, field+".kind", "%q: want predictions or outcomes", string(t.Kind))
		check(t.Format == "" || t.Format == schema.JSON || t.Format.Registered(), field+".format", "%q: want json, avro or protobuf", string(t.Format))
		check(!t.Format.Registered() || c.SchemaRegistry != nil, field+".format", "%q needs kafka.schema_registry: give its url, e.g. http://schema-registry:8081", string(t.Format))
		names[t.Name] = true
		for _, p := range t.mapping().Check(t.Kind.events()) {
			check(false, field+".mapping."+p.Field, "%s", p.Message)
		}
	}
	check(c.Flush.Rows > 0, "flush.rows", "%d: want at least 1, e.g. 50000", c.Flush.Rows)
	check(c.Flush.Bytes > 0, "flush.bytes", "%s: want more than 0, e.g. 32MB", c.Flush.Bytes)
	check(c.Flush.After > 0, "flush.after", "%s: want more than 0, e.g. 1s", c.Flush.After)
	check(c.SessionTimeout >= time.Second, "session_timeout", "%s: want at least 1s, and what the brokers allow (6s to 30m by default), e.g. 15s", c.SessionTimeout)
	check(c.StopTimeout >= 0, "stop_timeout", "%s: want 0 or more, e.g. 20s", c.StopTimeout)
	check(c.MaxMessage > 0, "max_message", "%s: want more than 0, e.g. 1MB", c.MaxMessage)
	check(c.MaxInFlight >= c.Flush.Bytes, "max_in_flight", "%s: want at least flush.bytes, %s, or no batch can fill", c.MaxInFlight, c.Flush.Bytes)
	if c.TLS != nil {
		check((c.TLS.CertFile == "") == (c.TLS.KeyFile == ""), "tls", "cert_file %q and key_file %q: give both or none", c.TLS.CertFile, c.TLS.KeyFile)
	}
	if c.SASL != nil {
		c.SASL.validate(check)
	}
	if c.SchemaRegistry != nil {
		for _, p := range c.SchemaRegistry.Validate() {
			check(false, "schema_registry."+p.Field, "%s", p.Message)
		}
	}
	return problems
}

// cutLast cuts s around the last occurrence of sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
