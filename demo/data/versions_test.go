package data

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// metrics are those of one version over the flights of one month.
type metrics struct {
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
	AUC      float64 `json:"auc"`
	Brier    float64 `json:"brier"`
}

// The generator computed testdata/live.json with scikit-learn before it wrote the
// file; here the same numbers come from the decoded rows.
func TestLiveMetricsEqualTheGenerators(t *testing.T) {
	raw, err := os.ReadFile("testdata/live.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]metrics
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	f := flights(t)
	if got := f.Versions(); len(got) != len(want) {
		t.Fatalf("versions %v, want %d", got, len(want))
	}
	for _, version := range f.Versions() {
		byMonth := map[string][]scored{}
		for row := range f.Len() {
			p, ok := f.Score(version, row)
			_, late, known := f.Outcome(row)
			if ok && known {
				month := f.date(row).Format("2006-01")
				byMonth[month] = append(byMonth[month], scored{p, late})
			}
		}
		got := map[string]metrics{}
		for month, rows := range byMonth {
			got[month] = measure(rows)
		}
		// Nine decimals are stored; sums in another order differ far below that.
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 2e-9 })
		if diff := cmp.Diff(want[version], got, near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", version, diff)
		}
	}
}

type scored struct {
	p    float64
	late bool
}

// measure computes AUC as the share of late-punctual pairs ranked correctly, ties
// counted half, by midranks.
func measure(rows []scored) metrics {
	slices.SortFunc(rows, func(a, b scored) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return 0
	})
	var correct, brier, late, rankSum float64
	for lo := 0; lo < len(rows); {
		hi := lo
		for hi < len(rows) && rows[hi].p == rows[lo].p {
			hi++
		}
		for _, r := range rows[lo:hi] {
			y := 0.0
			if r.late {
				y = 1
				late++
				rankSum += float64(lo+hi+1) / 2
			}
			brier += (r.p - y) * (r.p - y)
			if (r.p >= 0.5) == r.late {
				correct++
			}
		}
		lo = hi
	}
	n := float64(len(rows))
	return metrics{
		Rows:     len(rows),
		Accuracy: correct / n,
		AUC:      (rankSum - late*(late+1)/2) / (late * (n - late)),
		Brier:    brier / n,
	}
}

// The demo stands on this: compared on the same flights, day by day, the faulty
// version is worse than the champion and the honest retrain is not.
func TestTheFaultyVersionLosesAndTheHonestOneDoesNot(t *testing.T) {
	f := flights(t)
	daily := func(version string) (worse, days int, mean float64) {
		sum, n := map[time.Time]float64{}, map[time.Time]float64{}
		for row := range f.Len() {
			p, ok := f.Score(version, row)
			_, late, known := f.Outcome(row)
			if !ok || !known {
				continue
			}
			champion, _ := f.Score("v1", row)
			y := 0.0
			if late {
				y = 1
			}
			sum[f.date(row)] += (p-y)*(p-y) - (champion-y)*(champion-y)
			n[f.date(row)]++
		}
		for day := range sum {
			d := sum[day] / n[day]
			mean += d / float64(len(sum))
			if d > 0 {
				worse++
			}
		}
		return worse, len(sum), mean
	}
	// Brier differences, September to December. The tolerance driftd allows by
	// default is .005: v2 is far above it, v2_fair below zero.
	if worse, days, mean := daily("v2"); days != 122 || worse < 110 || mean < .02 {
		t.Errorf("v2 is worse on %d of %d days, by %.4f on average; want at least 110 of 122 and .02", worse, days, mean)
	}
	if worse, days, mean := daily("v2_fair"); days != 122 || worse > 61 || mean > 0 {
		t.Errorf("v2_fair is worse on %d of %d days, by %.4f on average; want at most half and 0", worse, days, mean)
	}
}

func TestCardsDescribeTheScoredVersions(t *testing.T) {
	cards, err := Cards()
	if err != nil {
		t.Fatal(err)
	}
	f := flights(t)
	var served []string
	for _, c := range f.Features() {
		served = append(served, c.Name)
	}
	var names []string
	for _, c := range cards {
		names = append(names, c.Version)
		for _, name := range c.Features {
			if !slices.Contains(served, name) {
				t.Errorf("%s reads %s, which is not served", c.Version, name)
			}
		}
		if c.Threshold != 0.5 || c.Algorithm == "" || c.TrainedOn.Rows == 0 || c.Validation.Rows == 0 {
			t.Errorf("%s: the card is incomplete: %+v", c.Version, c)
		}
	}
	if diff := cmp.Diff(f.Versions(), names); diff != "" {
		t.Errorf("versions of the file and of the cards (-file +cards):\n%s", diff)
	}
	// The leak shows as an offline AUC that no honest version comes near.
	v1, v2, fair := cards[1].Validation.AUC, cards[2].Validation.AUC, cards[3].Validation.AUC
	if v2 < .88 || v1 > .80 || fair > .80 {
		t.Errorf("offline AUC of v1 %.3f, v2 %.3f, v2_fair %.3f; want v2 alone above .88", v1, v2, fair)
	}
}

func TestScoresEndWithTheirPeriod(t *testing.T) {
	f := flights(t)
	want := map[string][2]time.Month{"v0": {4, 8}, "v1": {4, 12}, "v2": {9, 12}, "v2_fair": {9, 12}}
	for row := range f.Len() {
		month := f.date(row).Month()
		for version, period := range want {
			p, ok := f.Score(version, row)
			if ok != (month >= period[0] && month <= period[1]) || p < 0 || p > 1 {
				t.Fatalf("%s by %s: score %v, present %t", f.ID(row), version, p, ok)
			}
		}
	}
	if _, ok := f.Score("v9", 0); ok {
		t.Error("a version that does not exist has a score")
	}
}
