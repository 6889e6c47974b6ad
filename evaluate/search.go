package evaluate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
)

// SlicePrefix begins the checks of slices in which a version does worse than elsewhere:
// slice_brier and so on.
const SlicePrefix = "slice_"

// NoSlice is the segment of such a check where no slice stands out.
const NoSlice = "(none)"

// How far the search looks, and what it tells.
const (
	leastSliceBlocks = 7
	mostSliceBlocks  = 28
	toldSlices       = 5
)

// SliceMeans are the means of a metric within the slices of a reference.
type SliceMeans struct {
	Check  string
	Blocks int                  // that its stretch has
	Means  map[string]SliceMean // by name; "" of all rows
}

// SliceMean is the mean of so many rows.
type SliceMean struct {
	Rows     uint64
	Mean, SE float64
}

// searched is the metric by which slices are compared: a mean over rows, the one that
// tells most of those that are measured.
func (l LivePolicy) searched() (metric, bool) {
	for _, name := range []string{"brier", "accuracy", "mae"} {
		if slices.Contains(l.Metrics, name) {
			return metrics[name], true
		}
	}
	return metric{}, false
}

// sliceMeans measures the slices of a reference over so long a stretch.
func (l LivePolicy) sliceMeans(rows *Matured, stretch time.Duration) *SliceMeans {
	m, ok := l.searched()
	if !ok || len(rows.Segments) == 0 {
		return nil
	}
	means := &SliceMeans{Check: m.Name, Blocks: int(stretch / l.Block), Means: map[string]SliceMean{}}
	add := func(name string, e performance.Estimate) {
		if e.Undefined == "" {
			means.Means[name] = SliceMean{uint64(e.N), e.Value, e.SE}
		}
	}
	add("", m.estimate(rows))
	for _, s := range rows.slices() {
		within := rows.at(s.rows)
		add(s.name, m.estimate(&within))
	}
	return means
}

// sliceMean reads a mean from what was published of it; its standard error is that of
// the interval.
func sliceMean(r Result) (SliceMean, bool) {
	if r.Value == nil || r.Lower == nil || r.Upper == nil {
		return SliceMean{}, false
	}
	return SliceMean{r.Rows, *r.Value, (*r.Upper - *r.Lower) / (2 * performance.Quantile(0.95))}, true
}

// apart is how much worse a slice does than the rows elsewhere; false where either has
// too few rows. worse is 1 of a loss, else -1.
func (all SliceMean) apart(s SliceMean, worse float64) (gap, elsewhere, variance float64, ok bool) {
	rest := float64(all.Rows) - float64(s.Rows)
	if rest < minSliceLabels || s.Rows < minSliceLabels {
		return 0, 0, 0, false
	}
	n, total := float64(s.Rows), float64(all.Rows)
	elsewhere = (total*all.Mean - n*s.Mean) / rest
	// Of the sum over all rows, what is not the slice's.
	others := math.Max(0, total*total*all.SE*all.SE-n*n*s.SE*s.SE) / (rest * rest)
	return worse * (s.Mean - elsewhere), elsewhere, s.SE*s.SE + others, true
}

// suspect is a slice, block by block.
type suspect struct {
	name                   string
	gaps, values, expected []float64 // expected: what the other rows and the reference let expect
	sampling               float64   // sum of the variances of gaps
	rows                   uint64
	first                  time.Time

	t, se, p float64
}

// toldBefore reads what was said of the blocks that the search looks back at.
func (e *Evaluator) toldBefore(ctx context.Context, p Policy, from, tick time.Time) ([]Published, error) {
	if e.revisions == nil || len(p.Segments) == 0 {
		return nil, nil
	}
	return e.revisions.Published(ctx, p, from.Add(-mostSliceBlocks*p.Live.Block), from, tick)
}

// search tells the slices in which the version does worse over the blocks to this one.
func (e *Evaluator) search(ctx context.Context, b block, v *Verdict, told []Published) error {
	rows := b.of(v.Ref.Version)
	if rows == nil || len(rows.Segments) == 0 {
		return nil
	}
	ref, pinned := b.past.References[v.Ref.Version]
	if pinned {
		var err error
		if ref, err = e.profiler.Whole(ctx, ref); err != nil {
			return err
		}
	}
	b.search(v, told, ref)
	return nil
}

// search looks for the slices in which the version does worse, beside the rows elsewhere
// and by more than it did in the reference and the tolerance, over the last blocks. A
// block is one witness: its rows share causes. It tells what it finds, and nothing
// follows from it.
//
// At most a share q of the slices told do no worse, in expectation (Benjamini-Hochberg),
// q being the budget of drift alerts by the blocks of a year.
func (b block) search(v *Verdict, past []Published, ref Reference) {
	m, ok := b.policy.Live.searched()
	if !ok {
		return
	}
	suspects := b.suspects(m, v, past, ref)
	if len(suspects) == 0 {
		return
	}
	q := min(1, b.policy.Budgets.DriftAlerts/perYear(b.policy.Live.Block))
	least := 1.0
	var ps []float64
	for _, s := range suspects {
		ps = append(ps, s.p)
	}
	var found []suspect
	for i, p := range drift.BenjaminiHochberg(ps) {
		suspects[i].p, least = p, min(least, p)
		if p <= q {
			found = append(found, suspects[i])
		}
	}
	// Where one slice is bad, those that hold it or that it holds show it less clearly.
	slices.SortStableFunc(found, func(a, b suspect) int { return cmp.Compare(b.t, a.t) })
	var told []suspect
	for _, s := range found {
		if len(told) < toldSlices && !slices.ContainsFunc(told, func(o suspect) bool { return nested(s.name, o.name) }) {
			told = append(told, s)
		}
	}
	for _, s := range told {
		value, expected := mean(s.values), mean(s.expected)
		half := distuv.StudentsT{Sigma: 1, Nu: float64(len(s.gaps) - 1)}.Quantile(0.975) * s.se
		v.Results = append(v.Results, Result{
			Check: SlicePrefix + m.Name, Segment: s.name, From: s.first, To: b.to, Rows: s.rows, P: number(s.p), Limit: number(expected),
			Value: number(value), Lower: number(value - half), Upper: number(value + half), Status: Healthy, Reason: ReasonSlice,
		})
	}
	if len(told) == 0 {
		v.Results = append(v.Results, b.result(Result{Check: SlicePrefix + m.Name, Segment: NoSlice, P: number(least), Status: Healthy, Reason: ReasonNoSlice}))
	}
}

// suspects lists the slices that can be judged, in order of name, with the p-value of
// each: that it does no worse. Student's t over blocks, whose variance is the largest of
// what rows, blocks, and blocks in a row explain.
func (b block) suspects(m metric, v *Verdict, past []Published, ref Reference) []suspect {
	worse := -1.0
	if m.Better == performance.Lower {
		worse = 1
	}
	byBlock := map[time.Time]map[string]SliceMean{}
	ends := map[time.Time]time.Time{}
	note := func(r Result) {
		if r.Check != m.Name || r.Against != "" || r.To.After(b.to) {
			return
		}
		if byBlock[r.From] == nil {
			byBlock[r.From] = map[string]SliceMean{}
		}
		delete(byBlock[r.From], r.Segment) // what was said before it
		if mean, ok := sliceMean(r); ok {
			byBlock[r.From][r.Segment], ends[r.From] = mean, r.To
		}
	}
	for _, r := range past {
		if r.Version == v.Ref.Version {
			note(r.Result)
		}
	}
	for _, r := range v.Results { // of this tick: newer blocks, and what late labels changed
		note(r)
	}
	from := b.to.Add(-mostSliceBlocks * b.policy.Live.Block)
	named := map[string]*suspect{}
	for _, at := range sortedTimes(byBlock) {
		if at.Before(from) || ref.From.Before(ends[at]) && at.Before(ref.To) {
			continue // too old, or the reference itself
		}
		all := byBlock[at][""]
		for name, s := range byBlock[at] {
			gap, elsewhere, variance, ok := all.apart(s, worse)
			if name == "" || !ok {
				continue
			}
			if named[name] == nil {
				named[name] = &suspect{name: name, first: at}
			}
			one := named[name]
			one.gaps, one.values, one.expected = append(one.gaps, gap), append(one.values, s.Mean), append(one.expected, elsewhere)
			one.sampling, one.rows = one.sampling+variance, one.rows+s.Rows
		}
	}
	tolerance := b.policy.Live.Tolerate[m.Name]
	if m.Endless() {
		tolerance *= math.Abs(byBlock[b.from][""].Mean)
	}
	var suspects []suspect
	for _, s := range named {
		if len(s.gaps) < leastSliceBlocks {
			continue
		}
		usual := ref.usual(m.Name, s.name, worse)
		for i := range s.expected {
			s.expected[i] += worse * (usual.gap + tolerance)
		}
		s.weigh(usual, tolerance)
		suspects = append(suspects, *s)
	}
	slices.SortFunc(suspects, func(a, b suspect) int { return cmp.Compare(a.name, b.name) })
	return suspects
}

// usual is how much worse a slice did than the other rows of the reference, over so many
// blocks; the zero usual where the reference does not tell.
type usual struct {
	gap, variance float64 // the latter of chance among its rows
	blocks        int
}

func (r Reference) usual(check, name string, worse float64) usual {
	if r.Slices == nil || r.Slices.Check != check {
		return usual{}
	}
	gap, _, variance, ok := r.Slices.Means[""].apart(r.Slices.Means[name], worse)
	if !ok {
		return usual{}
	}
	return usual{gap, variance, r.Slices.Blocks}
}

// weigh sets the statistic and the p-value of the slice doing worse than usual by more
// than is tolerated. What its blocks differ by beyond chance, those of the reference
// did, too.
func (s *suspect) weigh(usual usual, tolerance float64) {
	n := float64(len(s.gaps))
	centre := mean(s.gaps)
	var products [3]float64 // at lags 0, 1 and 2
	for lag := range products {
		for i := lag; i < len(s.gaps); i++ {
			products[lag] += (s.gaps[i] - centre) * (s.gaps[i-lag] - centre) / (n - 1)
		}
	}
	chance := s.sampling / n
	block := max(chance, products[0], products[0]+2*(2*products[1]+products[2])/3) // Bartlett's weights
	variance := block/n + usual.variance
	if usual.blocks > 0 {
		variance += (block - chance) / float64(usual.blocks)
	}
	s.se = math.Sqrt(variance)
	if s.se == 0 {
		s.p = 1
		return
	}
	s.t = (centre - usual.gap - tolerance) / s.se
	s.p = distuv.StudentsT{Sigma: 1, Nu: n - 1}.Survival(s.t)
}

// nested says whether all rows of one slice are in the other.
func nested(a, b string) bool {
	in := func(a, b string) bool {
		parts := strings.Split(b, and)
		return !slices.ContainsFunc(strings.Split(a, and), func(part string) bool { return !slices.Contains(parts, part) })
	}
	return in(a, b) || in(b, a)
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func sortedTimes[T any](m map[time.Time]T) []time.Time {
	times := make([]time.Time, 0, len(m))
	for at := range m {
		times = append(times, at)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}
