package view_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/web"
)

// about chooses a model and the month of the tests' story.
func about(model string) url.Values {
	return url.Values{"model": {model}, "from": {day(0).Format("2006-01-02")}, "to": {day(days + 1).Format("2006-01-02")}}
}

// Every panel of every board answers about models of all names, and says what the
// views of the page say.
func TestBoardsAnswer(t *testing.T) {
	server := served(t, seeded(t))
	for _, model := range []string{faulty, drifted, silent} {
		for _, b := range dashboards.Boards() {
			status, text, _ := get(t, server, "/api/v1"+web.BoardPath(b.UID, about(model)))
			board := decoded[web.Board](t, text)
			if status != http.StatusOK || board.Title != b.Title || len(board.Panels) != len(b.Panels) {
				t.Fatalf("%s of %s: %d %s", b.UID, model, status, text)
			}
			for i, p := range board.Panels {
				if p.Wrong != "" {
					t.Errorf("%s of %s: %s: %s", b.UID, model, p.Title, p.Wrong)
				}
				forms := 0
				for _, is := range []bool{p.Chart != nil, p.Strips != nil, p.Grid != nil} {
					if is {
						forms++
					}
				}
				if forms > 1 || forms == 0 && b.Panels[i].Kind != dashboards.StateTimeline {
					t.Errorf("%s: %s has %d forms", b.UID, p.Title, forms)
				}
			}
		}
	}
	_, text, _ := get(t, server, "/api/v1"+web.BoardPath(dashboards.VersionUID, about(drifted)))
	board := decoded[web.Board](t, text)
	if len(board.Panels[0].Tracks) == 0 || len(board.Panels[0].Tracks[0].Runs) != 2 {
		t.Errorf("states %+v: want healthy, then warning, as the version's view has them", board.Panels[0].Tracks)
	}
	metric := board.Panels[2].Chart
	if metric == nil || len(metric.Points) < days/2 || len(metric.Lines) == 0 {
		t.Errorf("metric %+v", metric)
	}
	_, text, _ = get(t, server, "/api/v1"+web.BoardPath(dashboards.FeaturesUID, about(drifted)))
	strips := decoded[web.Board](t, text).Panels[0].Strips
	if strips == nil || len(strips.Rows) == 0 || strips.Rows[0].Name != `amount "€"` || len(strips.Times) != len(strips.Rows[0].Values) {
		t.Errorf("heat map %+v: want the series that moved first", strips)
	}
	if status, text, _ := get(t, server, "/boards/nothing"); status != http.StatusNotFound || !strings.Contains(text, dashboards.VersionUID) {
		t.Errorf("no such board: %d %s", status, text)
	}
}
