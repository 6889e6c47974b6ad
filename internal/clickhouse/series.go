package clickhouse

import (
	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// value returns the expression of a series: a nullable number or text. The
// class of an event without one is a missing value, not a class named "".
func value(series evaluate.Series) (string, error) {
	switch series.Name {
	case evaluate.ScoreSeries:
		return "score", nil
	case evaluate.ClassSeries:
		return "nullIf(toString(class), '')", nil
	}
	if key, mix := evaluate.MixKey(series.Name); mix {
		column, err := quote(segmentColumn(key))
		return "nullIf(toString(" + column + "), '')", err
	}
	return quote(featureColumn(series.Name, series.Age))
}

// seriesOf returns what is counted of a model.
func seriesOf(p evaluate.Policy) []evaluate.Series {
	all := []evaluate.Series{
		{Name: evaluate.ScoreSeries, Kind: drift.Numeric},
		{Name: evaluate.ClassSeries, Kind: drift.Categorical},
	}
	for _, f := range p.Features {
		all = append(all, evaluate.Series(f))
	}
	for _, key := range p.Segments {
		all = append(all, evaluate.Series{Name: evaluate.MixSeries(key), Kind: drift.Categorical})
	}
	return all
}
