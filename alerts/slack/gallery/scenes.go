package main

import (
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

var day = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func hours(n float64) time.Time { return day.Add(time.Duration(n * float64(time.Hour))) }

// scene is a story that ends with the message that is shown.
type scene struct {
	name  string
	play  func(*stage) error
	theme string // dark, else light
}

var scenes = []scene{
	{name: "drift", play: driftScene},
	{name: "data", play: dataScene},
	{name: "performance", play: performanceScene},
	{name: "proposal", play: proposalScene},
	{name: "proposal-dark", play: proposalScene, theme: "dark"},
	{name: "demotion", play: demotionScene},
	{name: "recovered", play: recoveredScene},
	{name: "retracted", play: retractedScene},
	{name: "pipeline", play: pipelineScene},
	{name: "digest", play: digestScene},
	{name: "silenced", play: silencedScene},
	{name: "flapping", play: flappingScene},
}

func driftScene(s *stage) error {
	tenure, plan := tenureMoved(-1), planMoved(-1)
	if err := s.tick(hours(0.25), drifted(0, tenure, plan)); err != nil {
		return err
	}
	return s.tick(hours(24.25), drifted(24, tenure, plan, balanceMoved(0)))
}

func dataScene(s *stage) error {
	if err := s.tick(hours(9.25), broken(missing("balance", 0.97, 0.02, 8))); err != nil {
		return err
	}
	return s.tick(hours(10.25), broken(missing("balance", 0.98, 0.02, 8), unseen("plan", 0.41, 9)))
}

func performanceScene(s *stage) error {
	if err := climb(s, 0, 0.74); err != nil {
		return err
	}
	// A day later labels of the last block come late.
	v := worse(0, 0.74)
	v.Results[0] = compared(0, 0.019, 0.008, 0.031, 2012)
	v.Results[0].Revision, v.Relabelled = 1, hours(0)
	return s.tick(hours(20.25), v, fallback())
}

func provenScene(s *stage) error {
	if err := climb(s, 0, 0.83); err != nil {
		return err
	}
	return s.tick(hours(24.25), worse(24, 1.02), fallback())
}

func proposalScene(s *stage) error {
	s.policy.Mode = alerts.Approve
	return provenScene(s)
}

func demotionScene(s *stage) error {
	s.policy.Mode = alerts.Auto
	if err := provenScene(s); err != nil {
		return err
	}
	v := worse(24, 1.02)
	return s.tick(hours(24.5), fallback(), v)
}

func recoveredScene(s *stage) error {
	if err := dataScene(s); err != nil {
		return err
	}
	if err := s.tick(hours(13.25), broken(missing("balance", 0.98, 0.02, 8))); err != nil {
		return err
	}
	v := healthy()
	v.Evidence = []evaluate.Evidence{ordinary("balance"), ordinary("plan")}
	return s.tick(hours(15.25), v)
}

func retractedScene(s *stage) error {
	if err := s.tick(hours(0.25), drifted(0, tenureMoved(-1))); err != nil {
		return err
	}
	v := healthy()
	v.Revised, v.Revision = hours(0), 1
	return s.tick(hours(5.25), v)
}

func pipelineScene(s *stage) error {
	s.streak = 3
	v := healthy()
	v.Status, v.Reason, v.DriftTo, v.LabelsTo = evaluate.Inconclusive, evaluate.ReasonNoLabels, hours(72), hours(-24)
	return s.tick(hours(72.25), v)
}

func digestScene(s *stage) error {
	if err := s.tick(hours(0.25), drifted(0, tenureMoved(-1))); err != nil {
		return err
	}
	at := 8 * time.Hour
	s.policy.Digest = &at
	v := drifted(0, tenureMoved(-1), listed("calls"))
	v.Evidence = append(v.Evidence, quiet("usage"), quiet("region"), level(evaluate.Paired, "accuracy", evaluate.None, 0.11))
	return s.tick(hours(8.25), v, fallback())
}

func silencedScene(s *stage) error {
	if err := s.tick(hours(0.25), drifted(0, planMoved(-1))); err != nil {
		return err
	}
	s.silences = []alerts.Silence{{Model: name, Class: alerts.ClassDrift, Until: hours(33.5), By: "sam", Why: "the autumn offer moves people to basic"}}
	return s.tick(hours(9.5), drifted(0, planMoved(-1)))
}

func flappingScene(s *stage) error {
	for k := range 5 {
		v := healthy()
		if k%2 == 0 {
			v = broken(missing("balance", 0.34, 0.02, 9+float64(k)))
		}
		if err := s.tick(hours(9.25+float64(k)), v); err != nil {
			return err
		}
	}
	return nil
}
