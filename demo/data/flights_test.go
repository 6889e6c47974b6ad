package data

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var load = sync.OnceValues(Load)

func flights(t *testing.T) *Flights {
	t.Helper()
	f, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *Flights) date(row int) time.Time {
	return time.Unix(int64(f.day[row])*secondsPerDay, 0).UTC()
}

func (f *Flights) feature(t *testing.T, name string) *Column {
	t.Helper()
	for _, c := range f.Features() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no feature %s", name)
	return nil
}

func TestEveryFlightFromAprilToDecemberIsThere(t *testing.T) {
	f := flights(t)
	perDay := map[time.Time]int{}
	for row := range f.Len() {
		perDay[f.date(row)]++
	}
	var counts []int
	for _, n := range perDay {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	// Counted in the source table, from the first of April on.
	got := []int{f.Len(), len(counts), counts[0], counts[len(counts)/2], counts[len(counts)-1]}
	if diff := cmp.Diff([]int{255987, 275, 634, 973, 1014}, got); diff != "" {
		t.Errorf("flights, days, fewest, median and most a day (-want +got):\n%s", diff)
	}
}

func TestRowsAreOrderedAndIDsUnique(t *testing.T) {
	f := flights(t)
	seen := make(map[string]bool, f.Len())
	for row := range f.Len() {
		if row > 0 && f.Time(row).Before(f.Time(row-1)) {
			t.Fatalf("row %d: %v is before the row above it, %v", row, f.Time(row), f.Time(row-1))
		}
		id := f.ID(row)
		if seen[id] {
			t.Fatalf("row %d: %s occurs twice", row, id)
		}
		seen[id] = true
	}
}

// The expected values were computed from the source tables by a second, plain
// program, one flight at a time.
func TestFlightsAreAsInTheSource(t *testing.T) {
	type flight struct {
		Time, Outcome time.Time
		Late, Known   bool
		Features      map[string]any
	}
	want := map[string]flight{
		// Scheduled 16:38 in New York; reached Richmond 18:56, 45 minutes late.
		"EV4300-2013-07-16-EWR": {
			time.Date(2013, 7, 16, 18, 38, 0, 0, time.UTC), time.Date(2013, 7, 16, 22, 56, 0, 0, time.UTC), true, true,
			map[string]any{
				"carrier": "EV", "origin": "EWR", "day_of_week": 2.0, "scheduled_hour": 16.0, "distance": 277.0,
				"seats": 55.0, "plane_age": 14.0, "scheduled_departures": 20.0,
				"temp": 93.92, "dewp": 62.96, "humid": 36.01, "pressure": 1020.8, "visib": 10.0,
				"wind_dir": 360.0, "wind_speed": 10.4, "precip": 0.0,
				"origin_delay_3h": 11.7, "carrier_delay_3h": 6.6, "flight_late_rate_7d": 0.2,
			},
		},
		// Scheduled 15:00 in New York; reached Orlando 18:10, 4 minutes late.
		"DL2181-2013-12-11-LGA": {
			time.Date(2013, 12, 11, 18, 0, 0, 0, time.UTC), time.Date(2013, 12, 11, 23, 10, 0, 0, time.UTC), false, true,
			map[string]any{
				"carrier": "DL", "origin": "LGA", "day_of_week": 3.0, "scheduled_hour": 15.0, "distance": 950.0,
				"seats": 142.0, "plane_age": 25.0, "scheduled_departures": 21.0,
				"temp": 33.08, "dewp": 10.94, "humid": 39.25, "pressure": 1023.3, "visib": 10.0,
				"wind_dir": 230.0, "wind_speed": 12.7, "precip": 0.0,
				"origin_delay_3h": 1.0, "carrier_delay_3h": 6.5, "flight_late_rate_7d": 0.143,
			},
		},
	}
	f := flights(t)
	got := map[string]flight{}
	for row := range f.Len() {
		id := f.ID(row)
		if _, ok := want[id]; !ok {
			continue
		}
		g := flight{Time: f.Time(row), Features: map[string]any{}}
		g.Outcome, g.Late, g.Known = f.Outcome(row)
		for _, c := range f.Features() {
			if c.Categories != nil {
				g.Features[c.Name], _ = c.Category(row)
			} else {
				g.Features[c.Name], _ = c.Number(row)
			}
		}
		got[id] = g
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flights (-want +got):\n%s", diff)
	}
}

func TestBaseRateOfEachMonth(t *testing.T) {
	f := flights(t)
	var late, known [13]float64
	for row := range f.Len() {
		if _, isLate, ok := f.Outcome(row); ok {
			month := f.date(row).Month()
			known[month]++
			if isLate {
				late[month]++
			}
		}
	}
	want := map[time.Month]float64{4: .288, 5: .227, 6: .315, 7: .322, 8: .246, 9: .137, 10: .176, 11: .181, 12: .335}
	for month, rate := range want {
		// The expected rates are rounded to three decimals.
		if got := late[month] / known[month]; math.Abs(got-rate) > .0005 {
			t.Errorf("%v: %.4f of the flights are late, want %.3f", month, got, rate)
		}
	}
}

func TestLabelsArriveLateAndSomeNever(t *testing.T) {
	f := flights(t)
	var all, late, punctual []float64
	var snow, snowKnown float64
	for row := range f.Len() {
		at, isLate, known := f.Outcome(row)
		if f.date(row).Equal(time.Date(2013, 12, 10, 0, 0, 0, 0, time.UTC)) {
			snow++
			if known {
				snowKnown++
			}
		}
		if !known {
			continue
		}
		hours := at.Sub(f.Time(row)).Hours()
		all = append(all, hours)
		if isLate {
			late = append(late, hours)
		} else {
			punctual = append(punctual, hours)
		}
	}
	quantile := func(x []float64, q float64) float64 {
		slices.Sort(x)
		return x[int(q*float64(len(x)-1))]
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"shortest delay, hours", quantile(all, 0), 2.3},
		{"delay at 1 %", quantile(all, .01), 2.85},
		{"delay at 50 %", quantile(all, .5), 4.82},
		{"delay at 99 %", quantile(all, .99), 9.85},
		{"delay at 99.9 %", quantile(all, .999), 12.98},
		{"longest delay", quantile(all, 1), 25.2},
		{"median delay of late flights", quantile(late, .5), 5.68},
		{"median delay of punctual flights", quantile(punctual, .5), 4.58},
		{"share never labelled", 1 - float64(len(all))/float64(f.Len()), .0256},
		{"share labelled in the snow of December 10", snowKnown / snow, .784},
	} {
		// Delays are whole minutes, expected values rounded to the last digit shown.
		if math.Abs(c.got-c.want) > .01 {
			t.Errorf("%s: %.4f, want %.4f", c.name, c.got, c.want)
		}
	}
}

func TestNullShares(t *testing.T) {
	f := flights(t)
	want := map[string]float64{
		"seats": .1531, "plane_age": .1687, "pressure": .1139, "wind_dir": .0310, "wind_speed": .0048,
		"temp": .0045, "dewp": .0045, "humid": .0045, "visib": .0045, "precip": .0045,
		"origin_delay_3h": .1161, "carrier_delay_3h": .1578, "flight_late_rate_7d": .0298,
	}
	for _, c := range f.Features() {
		nulls := 0
		for _, code := range c.codes {
			if code == null {
				nulls++
			}
		}
		// Rounded to four decimals; a feature not listed has none.
		if got := float64(nulls) / float64(f.Len()); math.Abs(got-want[c.Name]) > .00005 {
			t.Errorf("%s: %.5f null, want %.4f", c.Name, got, want[c.Name])
		}
	}
}

// The feature whose training values leaked must be honest in serving: the labels
// that had arrived by the prediction, none of them older than seven days.
func TestServedLateRateKnowsOnlyThePast(t *testing.T) {
	f := flights(t)
	type arrival struct {
		at   time.Time
		late bool
	}
	type number struct{ carrier, flight int32 }
	arrivals := map[number][]arrival{}
	for row := range f.Len() {
		if at, late, known := f.Outcome(row); known {
			n := number{f.carrier.codes[row], f.flight[row]}
			arrivals[n] = append(arrivals[n], arrival{at, late})
		}
	}
	served := f.feature(t, "flight_late_rate_7d")
	// Flights of March are not in the file, so the first days cannot be checked.
	first := time.Date(2013, 4, 10, 0, 0, 0, 0, time.UTC)
	checked := 0
	for row := range f.Len() {
		now := f.Time(row)
		if now.Before(first) {
			continue
		}
		var late, known float64
		for _, a := range arrivals[number{f.carrier.codes[row], f.flight[row]}] {
			if age := now.Sub(a.at); age >= 0 && age < 7*24*time.Hour {
				known++
				if a.late {
					late++
				}
			}
		}
		got, ok := served.Number(row)
		if ok != (known > 0) {
			t.Fatalf("%s: present %t, but %v labels are known", f.ID(row), ok, known)
		}
		// The feature is rounded to three decimals.
		if ok && math.Abs(got-late/known) > .00051 {
			t.Fatalf("%s: %.3f, but %v of %v known labels are late", f.ID(row), got, late, known)
		}
		checked++
	}
	if checked < 240_000 {
		t.Errorf("only %d flights were checked", checked)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
