package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

const day = 24 * time.Hour

// World is a kind of stream. Numeric series are standard normal, categorical
// ones have six categories.
type World struct {
	Name                 string
	Window               time.Duration // of drift; a part of a day or whole days
	Rows                 int           // per window
	Reference            int           // windows
	Numeric, Categorical int           // series
	// Shared is the share of the variance of rows that all rows of a day have
	// in common, AR the correlation of that from day to day.
	Shared, AR float64
}

// correlation is that of any two numeric series: of rows, as long as they are
// drawn one by one, and of what the rows of a day share.
const correlation = 0.5

// Change is what happens to a stream when the reference is over.
type Change struct {
	Shift float64 // of the first numeric series, in standard deviations
	Moved float64 // share of the first categorical series that goes to another category
	New   float64 // share that goes to a category which the reference does not have
	Lasts int     // windows; 0 is for good
}

// A numeric value is a whole number of hundredths from -limit to limit: few
// enough that a window of any size can be drawn as counts.
const (
	limit  = 450
	values = 2*limit + 1
	oneRow = 10_000 // up to so many rows are drawn one by one
)

// shares are those of the categories, the last one unseen by the reference;
// loadings say how they follow what a day shares.
var (
	shares   = [...]float64{.4, .25, .15, .1, .06, .04, 0}
	loadings = [...]float64{1, -1, .5, -.5, 1, -1, 0}
)

// stream draws the windows of a world in order.
type stream struct {
	World
	random *rand.Rand
	change Change
	window int       // next
	day    int       // whose shocks are drawn; -1 before the first
	common float64   // what all series share on that day
	own    []float64 // what one series' rows share on that day, by series
}

func newStream(w World, random *rand.Rand, change Change) *stream {
	return &stream{World: w, random: random, change: change, day: -1, own: make([]float64, w.Numeric+w.Categorical)}
}

// next returns the counts of the next window: by series, by value or category.
func (s *stream) next() [][]uint64 {
	counts := make([][]uint64, s.Numeric+s.Categorical)
	for f := range counts {
		counts[f] = make([]uint64, values)
		if f >= s.Numeric {
			counts[f] = make([]uint64, len(shares))
		}
	}
	change := s.change
	if age := s.window - s.Reference; age < 0 || change.Lasts > 0 && age >= change.Lasts {
		change = Change{}
	}
	days := max(1, int(s.Window/day))
	for d := range days {
		s.advance(int(time.Duration(s.window)*s.Window/day) + d)
		s.draw(counts, s.Rows/days, change)
	}
	s.window++
	return counts
}

// advance draws what the rows of a day share: AR(1) of variance 1.
func (s *stream) advance(to int) {
	for ; s.day < to; s.day++ {
		ar := s.AR
		if s.day < 0 {
			ar = 0 // the stationary law
		}
		step := func(x float64) float64 { return ar*x + math.Sqrt(1-ar*ar)*s.random.NormFloat64() }
		s.common = step(s.common)
		for f := range s.own {
			s.own[f] = step(s.own[f])
		}
	}
}

func mix(common, own float64) float64 {
	return math.Sqrt(correlation)*common + math.Sqrt(1-correlation)*own
}

// draw adds rows of the present day.
func (s *stream) draw(counts [][]uint64, rows int, change Change) {
	mean, sd := make([]float64, s.Numeric), math.Sqrt(1-s.Shared)
	for f := range mean {
		mean[f] = math.Sqrt(s.Shared) * mix(s.common, s.own[f])
	}
	mean[0] += change.Shift
	if rows > oneRow {
		for f := range mean {
			s.multinomial(counts[f], rows, normal(mean[f], sd))
		}
	} else {
		for range rows {
			common := s.random.NormFloat64()
			for f := range mean {
				x := mean[f] + sd*mix(common, s.random.NormFloat64())
				at := int(math.Round(100*x)) + limit
				counts[f][min(values-1, max(0, at))]++
			}
		}
	}
	for f := s.Numeric; f < len(counts); f++ {
		p := s.categories(f)
		if f == s.Numeric {
			moved := min(p[0], change.Moved)
			p[0], p[1] = p[0]-moved, p[1]+moved
			gone := min(p[0], change.New)
			p[0], p[6] = p[0]-gone, p[6]+gone
		}
		s.multinomial(counts[f], rows, p[:])
	}
}

// categories returns the shares of a categorical series on the present day.
func (s *stream) categories(f int) [len(shares)]float64 {
	p, sum := shares, 0.0
	shock := math.Sqrt(s.Shared) * mix(s.common, s.own[f])
	for k := range p {
		p[k] *= math.Exp(shock * loadings[k])
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// normal returns the shares of the values of a normal series.
func normal(mean, sd float64) []float64 {
	p := make([]float64, values)
	below := 0.0
	for i := range p {
		upTo := 1.0
		if i < values-1 {
			upTo = math.Erfc((mean-(float64(i-limit)+.5)/100)/sd/math.Sqrt2) / 2
		}
		p[i], below = upTo-below, upTo
	}
	return p
}

// multinomial adds rows spread by the shares p.
func (s *stream) multinomial(counts []uint64, rows int, p []float64) {
	left, mass := rows, 1.0
	for i := range p {
		if left == 0 {
			return
		}
		k := left
		if share := p[i] / mass; share < 1-1e-12 {
			k = 0
			if share > 0 {
				k = int(distuv.Binomial{N: float64(left), P: share, Src: s.random}.Rand())
			}
		}
		counts[i] += uint64(k)
		left -= k
		mass -= p[i]
	}
}

func (s *stream) name(f int) string {
	if f < s.Numeric {
		return fmt.Sprintf("n%02d", f)
	}
	return fmt.Sprintf("c%02d", f)
}
