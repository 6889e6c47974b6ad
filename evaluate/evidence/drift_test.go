package evidence

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var dayZero = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// day returns the span of the i-th day.
func day(i int) Span {
	from := dayZero.AddDate(0, 0, i)
	return Span{ID: from.Format(time.DateOnly), From: from, To: from.AddDate(0, 0, 1)}
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.15g, want %.15g ± %g", what, got, want, tolerance)
	}
}

func TestCalibrate(t *testing.T) {
	for p, want := range map[float64]float64{ // mpmath 1.4.1 at 50 digits
		1e-12:   20.993142925828005,
		1e-5:    6.6258596125221481,
		.001:    3.0345266237596255,
		.05:     0.57847801884586309,
		.2:      -0.080241469280041282,
		.9:      -0.65771721781664259,
		.99:     -0.68979426154374078,
		.9985:   -0.69264674258646818,
		.999999: -0.69314684722641753,
		1:       -math.Ln2,
	} {
		near(t, "log e", Calibrate(p), want, 1e-11*math.Max(1, math.Abs(want)))
	}
	if e := Calibrate(0); math.IsInf(e, 0) || e < 600 {
		t.Errorf("Calibrate(0) = %v: want it large and finite", e)
	}
}

// A calibrator must integrate to at most 1 over uniform p.
func TestCalibrateIsAnEValue(t *testing.T) {
	// With u = -ln p the integral of e over p is ∫ e(u) exp(-u) du; beyond
	// u = U its tail is 1/U to first order, which the sum leaves out.
	const step, top = 1e-3, 600
	var sum float64
	for u := step / 2; u < top; u += step {
		sum += math.Exp(Calibrate(math.Exp(-u))-u) * step
	}
	near(t, "integral", sum, 1-1./top, 1e-4)
	last := math.Inf(1)
	for p := 1e-9; p <= 1; p *= 1.01 {
		if e := Calibrate(p); e > last {
			t.Fatalf("rises to %v at p = %v", e, p)
		} else {
			last = e
		}
	}
}

func TestDriftStep(t *testing.T) {
	d := Drift{R1: .5} // divisor 3
	s, err := d.Step(State{}, day(0), .001)
	if err != nil {
		t.Fatal(err)
	}
	first := Calibrate(.001) / 3
	near(t, "first window", s.Evidence(), first, 1e-12)
	s, err = d.Step(s, day(1), .05)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "second window", s.Evidence(), math.Log(math.Exp(first)+1)+Calibrate(.05)/3, 1e-12)
	if s.Blocks != 2 || s.ID != day(1).ID || !s.To.Equal(day(1).To) {
		t.Errorf("state %+v after two windows", s)
	}
	s = s.Reset()
	if s.Evidence() != -1000 || s.ID != day(1).ID || s.Blocks != 2 {
		t.Errorf("after the alarm %+v: want M 0 and the watermark kept", s)
	}
}

func TestDriftRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		d    Drift
		s    State
		span Span
		p    float64
		want error
	}{
		"p above 1":         {Drift{}, State{}, day(0), 1.1, nil},
		"p not a number":    {Drift{}, State{}, day(0), math.NaN(), nil},
		"autocorrelation 1": {Drift{R1: 1}, State{}, day(0), .5, nil},
		"another's state":   {Drift{}, State{LogM: make([]float64, 7)}, day(0), .5, nil},
		"no id":             {Drift{}, State{}, Span{From: dayZero, To: dayZero.Add(1)}, .5, nil},
		"no length":         {Drift{}, State{}, Span{ID: "x", From: dayZero, To: dayZero}, .5, nil},
		"twice":             {Drift{}, State{ID: day(3).ID, To: day(3).To}, day(3), .5, ErrRepeated},
		"out of order":      {Drift{}, State{ID: day(3).ID, To: day(3).To}, day(2), .5, ErrOutOfOrder},
	} {
		after, err := c.d.Step(c.s, c.span, c.p)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if after.Blocks != c.s.Blocks || len(after.LogM) != len(c.s.LogM) || !after.To.Equal(c.s.To) {
			t.Errorf("%s: the state changed", name)
		}
	}
}

// The evidence of several measures is the mean of what each would have alone,
// whichever of them has something to say of a window.
func TestJointIsTheMeanOfItsMeasures(t *testing.T) {
	j := Joint{{R1: .5}, {}, {R1: .2}}
	windows := [][]float64{{.001, math.NaN(), .3}, {.02, .9, .3}, {math.NaN(), .04, math.NaN()}, {.5, .5, .5}}
	var joint State
	alone := make([]State, len(j))
	for i, p := range windows {
		var err error
		if joint, err = j.Step(joint, day(i), p); err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for k, d := range j {
			if !math.IsNaN(p[k]) {
				if alone[k], err = d.Step(alone[k], day(i), p[k]); err != nil {
					t.Fatal(err)
				}
			}
			mean += math.Exp(alone[k].Evidence()) / float64(len(j))
		}
		near(t, "evidence", joint.Evidence(), math.Log(mean), 1e-9)
	}
	if _, err := j.Step(joint, day(9), []float64{.1, .1}); err == nil {
		t.Error("two p-values were taken for three measures")
	}
	if _, err := j[:2].Step(joint, day(9), []float64{.1, .1}); err == nil {
		t.Error("the state of three measures was taken for that of two")
	}
}

// Three measures of the same drift-free series, hardly different from each
// other: alarms of the joint detector must keep the budget of one detector.
func TestJointKeepsTheBudgetOfOneDetector(t *testing.T) {
	const seed, years, perYear, rate = 5, 400, 365, 2.0
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c := Threshold(1, perYear, rate)
	j := Joint{{}, {}, {}}
	alarms := 0
	for range years {
		var s State
		for i := range perYear {
			u := random.Float64()
			p := []float64{u, u, u} // as dependent as can be
			if random.IntN(2) == 0 {
				p = []float64{u, random.Float64(), random.Float64()}
			}
			var err error
			if s, err = j.Step(s, day(i), p); err != nil {
				t.Fatal(err)
			}
			if s.Evidence() >= c {
				alarms++
				s = s.Reset()
			}
		}
	}
	// The bound is 2 a year; alarms are close to Poisson: 4 standard errors.
	if got := float64(alarms) / years; got > rate+4*math.Sqrt(rate/years) {
		t.Errorf("%.2f alarms a year, budget %.0f", got, rate)
	} else {
		t.Logf("%.2f alarms a year, budget %.0f", got, rate)
	}
}
