package ingest

import (
	"strings"
	"testing"
	"time"

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
		"kafka.tls", "kafka.sasl.mechanism", "kafka.sasl.username", "kafka.sasl.password_file",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
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
