package view_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app/view"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// BenchmarkFleet asks for the fleet of 1,000 models of two versions each, 20 series a
// version, judged daily for 30 days.
func BenchmarkFleet(b *testing.B) {
	store := emptied(b)
	declared := models(b)[0]
	var all []config.Model
	for k := range 1000 {
		m := declared
		m.Policy.Model = fmt.Sprintf("model-%04d", k)
		all = append(all, m)
	}
	for n := 1; n <= days; n++ {
		var verdicts []evaluate.Verdict
		for k, m := range all {
			for version := range 2 {
				v := verdict(m.Policy.Model, fmt.Sprint(version+1), n, version == 0, evaluate.Status(1+(k%7)%5), "", float64(k%30))
				for s := range 20 {
					e := v.Evidence[2]
					e.Feature = fmt.Sprintf("feature %d", s)
					v.Evidence = append(v.Evidence, e)
				}
				verdicts = append(verdicts, v)
			}
		}
		if err := store.SaveVerdicts(b.Context(), verdicts); err != nil {
			b.Fatal(err)
		}
	}
	v := view.Viewer{
		Store: func() (*clickhouse.Store, error) { return store, nil }, Models: func() []config.Model { return all }, Now: func() time.Time { return now },
	}
	page := web.New(v, slog.New(slog.DiscardHandler))
	for _, path := range []string{"/", "/?state=critical", "/models/model-0500", "/models/model-0500/1"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				answer := httptest.NewRecorder()
				page.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
				if answer.Code != http.StatusOK {
					b.Error(answer.Code, answer.Body)
					break
				}
			}
		})
	}
}
