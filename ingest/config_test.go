package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest/schema"
	"github.com/google/go-cmp/cmp"
)

func TestValidateReportsEverything(t *testing.T) {
	valid := config("kafka-1:9092")
	if problems := valid.Validate(); problems != nil {
		t.Fatalf("a valid configuration: %v", problems)
	}
	var cfg Config
	cfg.Brokers = []string{"kafka-1", "kafka-2:0", "[::1]:9092"}
	cfg.Topics = []Topic{{Name: "a", Kind: PredictionsTopic}, {Name: "a", Kind: "events"}, {Name: "", Kind: OutcomesTopic}}
	cfg.TLS = &TLS{CertFile: "cert.pem"}
	cfg.SASL = &SASL{Mechanism: "gssapi"}
	cfg.MaxInFlight, cfg.Flush.Bytes = 1, 2
	cfg.StopTimeout = -time.Second
	var fields []string
	for _, p := range cfg.Validate() {
		fields = append(fields, p.Field)
		if p.Message == "" || !strings.Contains(p.Error(), p.Field+": ") {
			t.Errorf("%+v", p)
		}
	}
	want := []string{
		"kafka.brokers[0]", "kafka.brokers[1]", "kafka.group", "kafka.topics[1].name", "kafka.topics[1].kind", "kafka.topics[2].name",
		"kafka.flush.rows", "kafka.flush.after", "kafka.session_timeout", "kafka.stop_timeout", "kafka.max_message", "kafka.max_in_flight",
		"kafka.tls", "kafka.sasl.mechanism",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

// Each mechanism has fields that it needs and fields that mean nothing to it.
func TestValidateSASL(t *testing.T) {
	file := &OAuth{TokenURL: "https://idp/token", ClientID: "driftd", ClientSecretFile: "secret"}
	for _, test := range []struct {
		sasl SASL
		want []string // fields below kafka.
	}{
		{SASL{Mechanism: "plain", Username: "u", PasswordFile: "p"}, nil},
		{SASL{Mechanism: "scram-sha-512", TokenFile: "t", OAuth: file, AWS: &AWS{}, Extensions: map[string]string{}},
			[]string{"sasl.username", "sasl.password_file", "sasl.token_file", "sasl.oauth", "sasl.extensions", "sasl.aws"}},
		{SASL{Mechanism: "oauthbearer", TokenFile: "t", Extensions: map[string]string{"logicalCluster": "lkc-1"}}, nil},
		{SASL{Mechanism: "oauthbearer", OAuth: file}, nil},
		{SASL{Mechanism: "oauthbearer", OAuth: &OAuth{TokenURL: "http://localhost:8080/token", ClientID: "c", ClientSecretFile: "s"}}, nil},
		{SASL{Mechanism: "oauthbearer"}, []string{"sasl"}},
		{SASL{Mechanism: "oauthbearer", TokenFile: "t", OAuth: file, Username: "u"}, []string{"sasl.username", "sasl"}},
		{SASL{Mechanism: "oauthbearer", OAuth: &OAuth{TokenURL: "http://idp/token"}}, []string{"sasl.oauth.token_url", "sasl.oauth.client_id", "sasl.oauth.client_secret_file"}},
		{SASL{Mechanism: "oauthbearer", TokenFile: "t", Extensions: map[string]string{"auth": "x"}}, []string{"sasl.extensions"}},
		{SASL{Mechanism: "oauthbearer", TokenFile: "t", Extensions: map[string]string{"a": "x\x01y"}}, []string{"sasl.extensions"}},
		{SASL{Mechanism: "aws-msk-iam", AWS: &AWS{Region: "eu-central-1", RoleARN: "arn:aws:iam::1:role/driftd"}}, nil},
		{SASL{Mechanism: "aws-msk-iam", PasswordFile: "p"}, []string{"sasl.password_file", "sasl.aws.region"}},
		{SASL{Mechanism: "aws-msk-iam", AWS: &AWS{Region: "eu-central-1", RoleARN: "r", Profile: "p"}}, []string{"sasl.aws"}},
	} {
		cfg := config("kafka-1:9092")
		cfg.SASL = &test.sasl
		var got []string
		for _, p := range cfg.Validate() {
			got = append(got, strings.TrimPrefix(p.Field, "kafka."))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.sasl, diff)
		}
	}
}

func TestFormatsNeedARegistry(t *testing.T) {
	cfg := config("kafka-1:9092")
	cfg.Topics = []Topic{
		{Name: "a", Kind: PredictionsTopic, Format: "json"}, {Name: "b", Kind: PredictionsTopic, Format: "avro"},
		{Name: "c", Kind: OutcomesTopic, Format: "xml"},
	}
	fields := func() (all []string) {
		for _, p := range cfg.Validate() {
			all = append(all, p.Field)
		}
		return all
	}
	if diff := cmp.Diff([]string{"kafka.topics[1].format", "kafka.topics[2].format"}, fields()); diff != "" {
		t.Error(diff)
	}
	cfg.SchemaRegistry = &schema.Config{URL: "registry:8081", Username: "u"}
	if diff := cmp.Diff([]string{"kafka.topics[2].format", "kafka.schema_registry.url", "kafka.schema_registry.username"}, fields()); diff != "" {
		t.Error(diff)
	}
}

func TestBytes(t *testing.T) {
	for _, test := range []struct {
		text string
		want Bytes
		back string
	}{
		{"512", 512, "512"},
		{"64KB", 64 << 10, "64KB"},
		{" 32 mb ", 32 << 20, "32MB"},
		{"2048MB", 2 << 30, "2GB"},
		{"0", 0, "0"},
	} {
		var got Bytes
		if err := got.UnmarshalText([]byte(test.text)); err != nil || got != test.want || got.String() != test.back {
			t.Errorf("%q: %d %q %v, want %d %q", test.text, int64(got), got, err, int64(test.want), test.back)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1.5MB", "1TB", "99999999999GB"} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %d, %v", text, int64(got), err)
		}
	}
}
