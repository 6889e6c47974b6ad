package evaluate

import (
	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/evaluate/performance"
)

// fresh is the start of a detector that first hears of this block.
func (b block) fresh(e Evidence) Evidence {
	e.Started = b.from
	return e
}

// Thresholds are the evidence, ln M, at which the policy's budgets raise an alarm.
// Drift and Quality are those of a version with this reference.
type Thresholds struct{ Drift, Quality, Page, Demotion float64 }

// Thresholds computes them. The budgets are the model's; all detectors that may
// spend one share it.
func (p Policy) Thresholds(r Reference) Thresholds {
	paging, demoting := p.Live.detectors()
	blocks := perYear(p.Live.Block)
	return Thresholds{
		Drift:    evidence.Threshold(p.watched(r.Watched()), perYear(p.Window(r)), p.Budgets.DriftAlerts),
		Quality:  evidence.Threshold(p.forQuality().watched(r.Series)+1, perYear(p.Window(r)), p.Budgets.DataAlerts), // 1: the stream
		Page:     evidence.Threshold(paging, blocks, p.Budgets.Pages),
		Demotion: evidence.Threshold(demoting, blocks, p.Budgets.Demotions),
	}
}

// detectors counts those that may page and those that may demote.
func (l LivePolicy) detectors() (paging, demoting int) {
	for _, name := range l.Metrics {
		m := metrics[name]
		if m.Weight == performance.Shown {
			continue
		}
		absolute, paired := 1, 0
		if _, stated := l.Floor[name]; stated {
			absolute++
		}
		if m.ds != nil {
			paired++
		}
		paging += absolute + paired
		if m.Weight == performance.Demotes {
			demoting += paired
			if l.Absolute {
				demoting += absolute
			}
		}
	}
	return paging, demoting
}

// budget sets the thresholds of a performance detector.
func (b block) budget(e *Evidence) *Evidence {
	t := b.policy.Thresholds(Reference{})
	e.Page, e.Demote = t.Page, 0
	if metrics[e.Check].Weight == performance.Demotes && (e.Kind == Paired || b.policy.Live.Absolute) {
		e.Demote = t.Demotion
	}
	return e
}

// witnesses is how many blocks must testify before a threshold can be crossed:
// one bad day proves nothing.
const witnesses = 3

// cap is the most that one block may add.
func (e *Evidence) cap() float64 { return max(e.Demote, e.Page) / witnesses }

// baseline returns the estimate that a version's live metric is held to: of its
// own reference, unless that is the version's own first live days, or a baseline
// that does not state it. A version
// that came to replace another one is held to what it replaced: its own
// beginning would excuse whatever it does.
func (p Policy) baseline(past Past, version, metric string) (performance.Estimate, bool) {
	own, pinned := past.References[version]
	if pinned && own.Source == SourceWindow {
		return defined(own, metric)
	}
	if estimate, ok := defined(own, metric); ok && (own.Source == SourceBaseline || own.Source == SourceVersion) {
		return estimate, ok
	}
	for i, tenure := range past.Slots {
		if tenure.Version == version && i > 0 {
			return defined(past.References[past.Slots[i-1].Version], metric)
		}
	}
	return defined(own, metric)
}

func defined(ref Reference, metric string) (performance.Estimate, bool) {
	estimate, ok := ref.Baselines[metric]
	return estimate, ok && estimate.Undefined == ""
}
