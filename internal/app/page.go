package app

import (
	"net/http"

	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/app/view"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// page shows what the daemon watches now.
func (a *App) page() http.Handler {
	return web.New(view.Viewer{
		Store: func() (*clickhouse.Store, error) {
			if !a.hasStarted() {
				return nil, a.starting()
			}
			return a.store, nil
		},
		Models: func() []config.Model { return a.work.Load().config.Models },
		Now:    a.clock.Now,
	}, a.log)
}
