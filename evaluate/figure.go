package evaluate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/driftd/driftd/drift"
)

// Figure writes a number for people: three significant digits, or all of its
// whole ones, thousands set apart from 10,000 on; with an exponent only where
// nobody would write the zeros.
func Figure(x float64) string {
	size := math.Abs(x)
	switch {
	case size >= 1e15 || size > 0 && size < 1e-4 || math.IsNaN(x):
		return strconv.FormatFloat(x, 'g', 3, 64)
	case size < 99.95:
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	digits := strconv.FormatFloat(size, 'f', 0, 64)
	if len(digits) > 4 {
		for at := len(digits) - 3; at > 0; at -= 3 {
			digits = digits[:at] + "," + digits[at:]
		}
	}
	if x < 0 {
		return "-" + digits
	}
	return digits
}

// Percent writes a share of 0 to 1: two digits, or all whole ones.
func Percent(share float64) string {
	percent := 100 * share
	switch {
	case percent >= 9.95:
		return fmt.Sprintf("%.0f %%", percent)
	case percent > 0 && percent < 0.01:
		return "< 0.01 %"
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(percent, 'g', 2, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) + " %"
}

// String says how the series moved, in one line.
func (m Movement) String() string {
	var parts []string
	for _, b := range m.Bins {
		parts = append(parts, fmt.Sprintf("%s: %s → %s", b.Bin, Percent(b.Before), Percent(b.After)))
	}
	if low, middle, high, ok := m.quantiles(); ok {
		parts = append(parts, fmt.Sprintf("%s (10–90 %%: %s → %s)", m.median(middle), spread(low, high, before), spread(low, high, after)))
	}
	if m.Value != nil {
		parts = append(parts, m.Check+" "+Figure(*m.Value))
	}
	return strings.Join(parts, ", ")
}

// Brief is the part of [Movement.String] that says most.
func (m Movement) Brief() string {
	if _, middle, _, ok := m.quantiles(); ok {
		return m.median(middle)
	}
	if len(m.Bins) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s → %s", m.Bins[0].Bin, Percent(m.Bins[0].Before), Percent(m.Bins[0].After))
}

func (m Movement) median(q drift.QuantileMove) string {
	of, unit := "median", ""
	if m.Age {
		of, unit = "median age", " days"
	}
	return fmt.Sprintf("%s %s → %s%s", of, before(q), after(q), unit)
}

// Before and After are the two sides of [Movement.String], for tables.
func (m Movement) Before() string {
	return m.side(before, func(b drift.Move) float64 { return b.Before })
}

func (m Movement) After() string {
	return m.side(after, func(b drift.Move) float64 { return b.After })
}

func (m Movement) side(of func(drift.QuantileMove) string, share func(drift.Move) float64) string {
	var parts []string
	for _, b := range m.Bins {
		parts = append(parts, b.Bin+": "+Percent(share(b)))
	}
	if low, middle, high, ok := m.quantiles(); ok {
		part := fmt.Sprintf("%s (%s)", of(middle), spread(low, high, of))
		if m.Age {
			part += " days"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func (m Movement) quantiles() (low, middle, high drift.QuantileMove, ok bool) {
	if len(m.Quantiles) != 3 {
		return low, middle, high, false
	}
	return m.Quantiles[0], m.Quantiles[1], m.Quantiles[2], true
}

func before(q drift.QuantileMove) string { return Figure(q.Before) }

func after(q drift.QuantileMove) string {
	return [...]string{"below ", "", "above "}[q.Beyond+1] + Figure(q.After)
}

// spread writes a range; one that lies beyond all that was counted once.
func spread(low, high drift.QuantileMove, of func(drift.QuantileMove) string) string {
	ends := slices.Compact([]string{of(low), of(high)})
	return strings.Join(ends, " to ")
}
