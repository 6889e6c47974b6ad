package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// SaveVerdicts stores the verdicts of one tick: results and counts first, then all
// verdicts with their evidence in one insert, which commits the evaluation.
// Saving the same tick again replaces it.
func (s *Store) SaveVerdicts(ctx context.Context, verdicts []evaluate.Verdict) error {
	if len(verdicts) == 0 {
		return nil
	}
	subject := fmt.Sprintf("of %s at %s", verdicts[0].Ref.Name, verdicts[0].Tick.Format(time.RFC3339))
	var results, bins, rows [][]any
	for _, v := range verdicts {
		for _, r := range v.Results {
			results = append(results, resultRow(v, r))
		}
		for _, b := range v.Scores {
			bins = append(bins, []any{v.Ref.Name, v.Ref.Version, b.From, b.To, b.Bin, b.Called, b.Rows, b.Positive, b.Score})
		}
		row, err := verdictRow(v)
		if err != nil {
			return fmt.Errorf("save the verdict of %s: %w", v.Ref, err)
		}
		rows = append(rows, row)
	}
	for _, insert := range []struct {
		file, what string
		rows       [][]any
	}{{"insert_results", "results", results}, {"insert_score_bins", "counts of labelled scores", bins}, {"insert_verdicts", "verdicts", rows}} {
		if len(insert.rows) == 0 {
			continue
		}
		what := fmt.Sprintf("save %d %s %s", len(insert.rows), insert.what, subject)
		if err := s.insertInTurn(ctx, call{file: insert.file, subject: what}, insert.rows); err != nil {
			return err
		}
	}
	return nil
}

func resultRow(v evaluate.Verdict, r evaluate.Result) []any {
	return []any{
		v.Ref.Name, v.Ref.Version, v.Tick, r.From, r.To, r.Check, r.Feature, r.Segment, r.Against,
		r.Value, r.Lower, r.Upper, r.Limit, r.P, r.Rows, r.Status.String(), r.Reason, v.ReferenceID, r.Revision,
	}
}

func verdictRow(v evaluate.Verdict) ([]any, error) {
	var columns evidenceColumns
	for _, e := range v.Evidence {
		columns.add(e)
	}
	states, err := packStates(v.Evidence)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	row := []any{
		v.Ref.Name, v.Ref.Version, v.Tick, v.Status.String(), v.Reason, v.Serving, v.ReferenceID,
		v.Drift.Status.String(), v.Drift.Reason, v.Live.Status.String(), v.Live.Reason,
		epoch(v.FirstSeen), epoch(v.CountedTo), epoch(v.DriftTo), epoch(v.LabelsTo), v.Revision, epoch(v.Revised), states,
	}
	return append(row, columns.values()...), nil
}

// evidenceColumns is the nested column evidence of one verdict, for those who read SQL.
type evidenceColumns struct {
	kind, check, feature, against    []string
	limit, logM, alert, page, demote []float64
	level                            []string
	since, started                   []time.Time
	blocks                           []int64
	rows                             []uint64
	peak, design                     []float64
	calm                             []int64
}

func (c *evidenceColumns) add(e evaluate.Evidence) {
	c.kind, c.check = append(c.kind, string(e.Kind)), append(c.check, e.Check)
	c.feature, c.against = append(c.feature, e.Feature), append(c.against, e.Against)
	c.limit, c.logM = append(c.limit, e.Limit), append(c.logM, e.LogM)
	c.alert, c.page, c.demote = append(c.alert, e.Alert), append(c.page, e.Page), append(c.demote, e.Demote)
	c.level = append(c.level, e.Level.String())
	c.since, c.started = append(c.since, epoch(e.Since)), append(c.started, epoch(e.Started))
	c.blocks, c.rows = append(c.blocks, int64(e.Blocks)), append(c.rows, e.Rows)
	c.peak, c.design = append(c.peak, e.Peak), append(c.design, e.Design)
	c.calm = append(c.calm, int64(e.Calm))
}

// values are in the order of insert_verdicts.sql.
func (c *evidenceColumns) values() []any {
	return []any{
		c.kind, c.check, c.feature, c.against, c.limit, c.logM, c.alert, c.page, c.demote, c.level,
		c.since, c.started, c.blocks, c.rows, c.peak, c.design, c.calm,
	}
}
