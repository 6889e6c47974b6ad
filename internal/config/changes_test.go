package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChangesNameEveryKey(t *testing.T) {
	parse := func(text string) Config {
		t.Helper()
		c, err := Parse("driftd.yaml", []byte(text+"\nmodels: [{name: churn, task: binary, positive: \"1\", labels: {maturity: 72h}}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := parse(`clickhouse: {addresses: ["a:9000", "b:9000"], username: one}`)
	after := parse("clickhouse: {addresses: [\"a:9000\"], username: two}\nhttp: {listen: \"127.0.0.1:1\"}\nregistry: {file: other.json}")
	want := []string{
		"clickhouse.addresses[1]: b:9000, now absent",
		"clickhouse.username: one, now two",
		"http.listen: 127.0.0.1:9464, now 127.0.0.1:1",
	}
	if diff := cmp.Diff(want, Changes(before, after, "clickhouse", "http")); diff != "" {
		t.Error(diff)
	}
	if got := Changes(before, before, "clickhouse", "http", "registry", "models"); len(got) != 0 {
		t.Errorf("a configuration differs from itself: %q", got)
	}
}
