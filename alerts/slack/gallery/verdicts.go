package main

import (
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

func healthy() evaluate.Verdict {
	return evaluate.Verdict{Ref: ref("3"), Status: evaluate.Healthy, ReferenceID: "9c41e07b", FirstSeen: day.AddDate(0, 0, -40), DriftTo: day, LabelsTo: day}
}

func fallback() evaluate.Verdict {
	v := healthy()
	v.Ref = ref("2")
	return v
}

// drifted is the verdict after the window that ended so many hours after day.
func drifted(to float64, moved ...evaluate.Evidence) evaluate.Verdict {
	v := healthy()
	v.Status, v.Reason, v.DriftTo, v.Evidence = evaluate.Warning, evaluate.ReasonShifted, hours(to), moved
	return v
}

func broken(faults ...evaluate.Evidence) evaluate.Verdict {
	v := healthy()
	v.Status, v.Reason, v.Evidence = evaluate.Warning, evaluate.ReasonData, faults
	return v
}

// series is a detector of drift that alerted with the window that ended so many
// days after day.
func series(feature string, days int, psi float64, m evaluate.Movement) evaluate.Evidence {
	since := day.AddDate(0, 0, days)
	m.Check, m.Value, m.From, m.To = "psi", &psi, since.AddDate(0, 0, -3), since
	return evaluate.Evidence{
		Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, LogM: 9.1, Peak: 9.1, Alert: 8.2, Level: evaluate.Alerted,
		Since: since, Onset: since.AddDate(0, 0, -3), Moved: &m,
	}
}

func tenureMoved(days int) evaluate.Evidence {
	return series("tenure", days, 0.62, evaluate.Movement{Quantiles: []drift.QuantileMove{
		{Q: .1, Before: 3, After: 1}, {Q: .5, Before: 24, After: 11}, {Q: .9, Before: 61, After: 44},
	}})
}

func planMoved(days int) evaluate.Evidence {
	return series("plan", days, 0.31, evaluate.Movement{Bins: []drift.Move{{Bin: "pro", Before: .31, After: .12, Contribution: .2}, {Bin: "basic", Before: .5, After: .66, Contribution: .1}}})
}

func balanceMoved(days int) evaluate.Evidence {
	return series("balance", days, 0.24, evaluate.Movement{Quantiles: []drift.QuantileMove{
		{Q: .1, Before: 0, After: 0}, {Q: .5, Before: 148, After: 96.5}, {Q: .9, Before: 910, After: 655},
	}})
}

// quiet is a detector of drift that has heard nothing, listed one that the last
// window alone shows to differ.
func quiet(feature string) evaluate.Evidence {
	return evaluate.Evidence{Kind: evaluate.Drift, Check: evaluate.DriftCheck, Feature: feature, LogM: 0.4, Alert: 8.2}
}

func listed(feature string) evaluate.Evidence {
	e := quiet(feature)
	e.Listed = true
	return e
}

// fault is a detector of data quality that alerted at an hour of day.
func fault(feature, check string, now, before, hour float64) evaluate.Evidence {
	p, rise := 1e-9, now-before
	return evaluate.Evidence{
		Kind: evaluate.Quality, Check: evaluate.QualityCheck, Feature: feature, LogM: 9, Peak: 9, Alert: 8, Level: evaluate.Alerted, Since: hours(hour + 1), Onset: hours(hour),
		Voices: []evaluate.Voice{{Check: check, Limit: 0.01, Value: &rise, P: &p, Now: &now, Before: &before}},
	}
}

func missing(feature string, now, before, hour float64) evaluate.Evidence {
	e := fault(feature, "missing", now, before, hour)
	e.Broken = "missing"
	return e
}

func unseen(feature string, now, hour float64) evaluate.Evidence {
	return fault(feature, "unseen", now, 0, hour)
}

// level is a detector of live metrics that has come a share of the way to a
// demotion.
func level(kind evaluate.Kind, check string, at evaluate.Level, share float64) evaluate.Evidence {
	e := evaluate.Evidence{Kind: kind, Check: check, Limit: 0.01, Page: 8.4, Demote: 11.6, LogM: 11.6 * share, Level: at, Blocks: 12, Rows: 23410, Onset: day.AddDate(0, 0, -9)}
	if kind == evaluate.Paired {
		e.Against = "2"
	}
	if at > evaluate.None {
		e.Peak, e.Since = e.LogM, day
	}
	return e
}

// worse is the version after the block that ended so many hours after day, when it
// has come a share of the way to a demotion.
func worse(to, share float64) evaluate.Verdict {
	v := healthy()
	v.Status, v.Reason, v.LabelsTo = evaluate.Warning, evaluate.ReasonPaired, hours(to)
	at := evaluate.Paged
	if share >= 1 {
		at, v.Status = evaluate.Proven, evaluate.Critical
	}
	v.Evidence = []evaluate.Evidence{level(evaluate.Paired, "accuracy", at, share), tenureMoved(-3), planMoved(-2)}
	if share < 0.72 {
		v.Status, v.Evidence[0].Level = evaluate.Healthy, evaluate.None
	}
	v.Results = []evaluate.Result{compared(to, 0.024, 0.012, 0.036, 1840)}
	return v
}

// compared is the result of the block that ended then.
func compared(to, value, lower, upper float64, rows uint64) evaluate.Result {
	return evaluate.Result{
		Check: "accuracy", Against: "2", From: hours(to - 24), To: hours(to), Value: &value, Lower: &lower, Upper: &upper, Rows: rows, Status: evaluate.Warning,
	}
}

// climb is the way up to the page, in blocks of a day, the last of which ended so
// many hours after day.
func climb(s *stage, to, share float64) error {
	steps := []float64{0.02, 0, 0.05, 0.03, 0.11, 0.19, 0.24, 0.36, 0.43, 0.55, 0.66}
	for k, at := range steps {
		v := worse(to-24*float64(len(steps)-k), at)
		v.Tick = v.LabelsTo.Add(15 * time.Minute)
		s.course = append(s.course, v)
	}
	return s.tick(hours(to+0.25), worse(to, share), fallback())
}

// ordinary is a detector of data quality that is quiet again.
func ordinary(feature string) evaluate.Evidence {
	e := fault(feature, "missing", 0.02, 0.02, 13)
	p := 0.6
	e.Level, e.LogM, e.Peak, e.Since, e.Voices[0].P = evaluate.None, 0.2, 0, time.Time{}, &p
	return e
}
