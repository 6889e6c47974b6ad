package receivers

import (
	"net/http/httptest"
	"testing"
)

// A test is grave enough for every receiver, and leaves nothing open.
func TestATestIsOpenedAndEnded(t *testing.T) {
	fake := &pagerDutyFake{open: map[string]eventPayload{}, calm: map[string]bool{}}
	server := httptest.NewServer(fake)
	defer server.Close()
	for k, least := range []string{"", "warning", "critical"} {
		c := Config{Name: "pager", AtLeast: least, PagerDuty: &PagerDuty{URL: server.URL, RoutingKeyFile: file(t, routingKey)}}
		if err := Try(t.Context(), c, opened); err != nil {
			t.Fatal(err)
		}
		if want := 2 * (k + 1); fake.events != want || len(fake.open) != 0 {
			t.Errorf("at_least %q: %d events, %d open; want %d, 0", least, fake.events, len(fake.open), want)
		}
	}
}
