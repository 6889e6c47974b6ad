// Package dashboards measures how long panels take over what a year, and a thousand
// models, leave behind. It has tests only: `make bench-dashboards`.
package dashboards
