package app

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// files are files MLmodel by version; a nil one cannot be had now.
type files map[string]*string

func (s files) Artifact(_ context.Context, ref model.Ref, _ string) ([]byte, error) {
	text, ok := s[ref.Version]
	switch {
	case !ok:
		return nil, registry.ErrNotFound
	case text == nil:
		return nil, errors.New("connection reset")
	}
	return []byte(*text), nil
}

func TestWhoMayTakeOver(t *testing.T) {
	reads := func(columns string) *string {
		text := fmt.Sprintf("signature: {inputs: '[%s]'}", columns)
		return &text
	}
	const tenure, plan = `{"name":"tenure","type":"double"}`, `{"name":"plan","type":"string"}`
	w := watcher{inputs: newInputs(files{
		"9": reads(tenure + "," + plan), "1": reads(tenure), "2": reads(tenure + `,{"name":"age","type":"long"}`),
		"0": reads(""), "3": reads(`{"name":"tenure","type":"string"}`), "6": nil, "7": reads("what"), "8": reads(plan),
	})}
	versions := []registry.Version{{Ref: model.Ref{Name: "churn", Version: "9"}, Status: registry.StatusReady}}
	var past []evaluate.Tenure
	for k := range 9 {
		version := fmt.Sprint(k)
		past = append(past, evaluate.Tenure{Version: version})
		if k == 4 {
			continue // deleted
		}
		v := registry.Version{Ref: model.Ref{Name: "churn", Version: version}, Status: registry.StatusReady}
		if k == 5 {
			v.Status = "FAILED_REGISTRATION"
		}
		versions = append(versions, v)
	}
	seen := alerts.Serving{Ref: model.Ref{Name: "churn", Version: "9"}, Fallback: "8"}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	want := map[string]alerts.Reason{
		"2": alerts.BlockedInputs, "3": alerts.BlockedInputs, "4": alerts.BlockedDeleted, "5": alerts.BlockedNotReady, "6": alerts.BlockedUnread,
	}
	if diff := cmp.Diff(want, w.unfit(t.Context(), seen, candidates(seen, past, nil), versions, now)); diff != "" {
		t.Error(diff)
	}
	unread := alerts.Serving{Ref: model.Ref{Name: "churn", Version: "6"}}
	if got := w.unfit(t.Context(), unread, candidates(unread, past[:4], nil), versions, now); got != nil {
		t.Errorf("%v, though nothing is known of what requests carry", got)
	}
	// A version that people name has perhaps never served.
	named := candidates(seen, nil, []alerts.Order{{Kind: alerts.OrderRollback, To: "5"}, {Kind: alerts.OrderRollback, To: "44"}, {Kind: alerts.OrderApprove}})
	want = map[string]alerts.Reason{"5": alerts.BlockedNotReady, "44": alerts.BlockedDeleted}
	if diff := cmp.Diff(want, w.unfit(t.Context(), seen, named, versions, now)); diff != "" {
		t.Error(diff)
	}
	// Requests carry what the serving version reads: less of it may not do.
	seen.Ref.Version = "1"
	if got := w.unfit(t.Context(), seen, candidates(seen, past, nil), versions, now); got["2"] != alerts.BlockedInputs {
		t.Errorf("%v, want 2 refused", got)
	}
}
