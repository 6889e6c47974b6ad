package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/driftd/driftd/evaluate/evidence"
)

// Stream is the labels of a model, a block a day.
type Stream struct {
	Rows   int     // labels of an ordinary day
	Volume string  // "" every day alike, "weekly" a third at weekends, "growing" tenfold over the year
	Effect float64 // design effect of an ordinary day: variance of its mean over what its rows explain
	AR     float64 // how much of a day's shock the next day keeps
}

func (s Stream) String() string {
	volume := s.Volume
	if volume == "" {
		volume = "even"
	}
	return fmt.Sprintf("%d | %s | %g | %g", s.Rows, volume, s.Effect, s.AR)
}

// rows is how many labels the day has.
func (s Stream) rows(day int) int {
	switch {
	case s.Volume == "weekly" && day%7 >= 5:
		return s.Rows / 3
	case s.Volume == "growing":
		return int(float64(s.Rows) * math.Pow(10, float64(day%year)/year))
	}
	return s.Rows
}

// year is a model-year in blocks.
const year = 365

// metric is what one detector listens to: it draws the block of a day of so
// many rows whose true mean is given.
type metric interface {
	detector(ceiling float64) evidence.Detector
	block(r *rand.Rand, d evidence.Detector, day, rows int, mean float64) (evidence.Block, error)
	spread() float64 // variance of one row
}

// course draws the true means of days that follow each other.
type course struct {
	stream Stream
	random *rand.Rand
	sd     float64 // of a day's shock
	shock  float64
}

func (s Stream) course(m metric, r *rand.Rand) *course {
	c := &course{stream: s, random: r, sd: math.Sqrt((s.Effect - 1) * m.spread() / float64(s.Rows))}
	c.shock = c.sd * r.NormFloat64()
	return c
}

// next returns the shock of the next day.
func (c *course) next() float64 {
	now := c.shock
	c.shock = c.stream.AR*c.shock + c.sd*math.Sqrt(1-c.stream.AR*c.stream.AR)*c.random.NormFloat64()
	return now
}

func span(day int) evidence.Span {
	from := time.Unix(0, 0).UTC().AddDate(0, 0, day)
	return evidence.Span{ID: fmt.Sprint(day), From: from, To: from.AddDate(0, 0, 1)}
}

func binomial(r *rand.Rand, n int, p float64) int {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	}
	return int(distuv.Binomial{N: float64(n), P: p, Src: r}.Rand())
}
