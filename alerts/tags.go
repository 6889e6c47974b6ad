package alerts

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// The tags on a model version. Keys and values keep to what every registry
// accepts: [a-z0-9_], at most 12 keys, at most 1,000 characters.
const (
	TagHealth     = "driftd_health"
	TagSince      = "driftd_health_since"
	TagChecked    = "driftd_checked_at"
	TagReason     = "driftd_reason"
	TagSummary    = "driftd_summary"
	TagBaseline   = "driftd_baseline"
	TagAction     = "driftd_action"
	TagReplacedBy = "driftd_replaced_by"
	TagReplaces   = "driftd_replaces"
	TagLink       = "driftd_link"
)

// checkedEvery is how old TagChecked gets before it is written for its own sake:
// each write is a request, and fires the webhooks of others.
const checkedEvery = time.Hour

// The values of driftd_health.
const (
	HealthUnknown  = "unknown"
	HealthHealthy  = "healthy"
	HealthWarning  = "warning"
	HealthDegraded = "degraded"
	HealthDemoted  = "demoted"
)

// annotate lists the versions whose tags should differ from those written
// last. Writing waits while the registry cannot be read or older ticks are
// caught up with.
func (d *decision) annotate(verdicts []evaluate.Verdict) []Line {
	if !d.past.Serving.Known || !d.past.Latest {
		return nil
	}
	var lines []Line
	now := maps.Clone(d.past.Tags)
	for k := range verdicts {
		v := &verdicts[k]
		tags := d.tags(v)
		reason := d.checked(v, tags)
		if !maps.Equal(tags, d.past.Tags[v.Ref.Version]) {
			lines = append(lines, Line{What: Annotate, Ref: v.Ref, Reason: reason, Tags: tags})
			if now == nil {
				now = map[string]map[string]string{}
			}
			now[v.Ref.Version] = tags
		}
	}
	lines = append(lines, d.releasedTags(verdicts)...)
	for _, l := range d.verifies {
		if l.Reason == Resumed {
			lines = append(lines, d.demotionTags(l.Action, l.Action.Reason, now)...)
		}
	}
	for _, l := range d.demotes {
		if !l.DryRun && l.Record == "" {
			lines = append(lines, d.demotionTags(l.Action, l.Reason, now)...)
		}
	}
	return lines
}

// tags returns all tags of a judged version: those written last, brought up to
// date.
func (d *decision) tags(v *evaluate.Verdict) map[string]string {
	last := d.past.Tags[v.Ref.Version]
	tags := map[string]string{}
	maps.Copy(tags, last)
	tags[TagHealth], tags[TagReason] = d.health(v), cut(reasonText(v), 200)
	if at := d.policy.Links.Version(v.Ref); at != "" {
		tags[TagLink] = at
	}
	if v.ReferenceID != "" {
		tags[TagBaseline] = v.ReferenceID
	}
	if tags[TagHealth] == HealthDemoted {
		tags[TagReason] = last[TagReason]
	}
	for _, a := range d.earlier() {
		if a.From == v.Ref.Version {
			tags[TagAction] = actionTag(a)
			if a.Moved() {
				tags[TagReplacedBy] = a.To
			}
			break
		}
	}
	for _, a := range d.earlier() {
		if a.To == v.Ref.Version && a.Moved() {
			tags[TagReplaces] = a.From
			break
		}
	}
	changed := tags[TagHealth] != last[TagHealth]
	if changed {
		tags[TagSince] = d.tick.UTC().Format(time.RFC3339)
	}
	if changed || d.outdated(last[TagSummary]) {
		if s := summary(v, d.tick); s != "" {
			tags[TagSummary] = s
		}
	}
	return tags
}

// checked notes in the tags when the version was judged last: with whatever else is
// news, else once it is checkedEvery old. It returns why they are written. What
// could not be judged was not checked.
func (d *decision) checked(v *evaluate.Verdict, tags map[string]string) Reason {
	last := d.past.Tags[v.Ref.Version]
	reason := StatusChanged
	if maps.Equal(tags, last) {
		reason = Checked
		if at, err := time.Parse(time.RFC3339, last[TagChecked]); err == nil && d.tick.Sub(at) < checkedEvery {
			return reason
		}
	}
	if v.Status == evaluate.Healthy || v.Status >= evaluate.Warning {
		tags[TagChecked] = d.tick.UTC().Format(time.RFC3339)
	}
	return reason
}

// releasedTags take back that a version is demoted which a person released and
// nothing judges any more.
func (d *decision) releasedTags(verdicts []evaluate.Verdict) []Line {
	var lines []Line
	for _, version := range slices.Sorted(maps.Keys(d.past.Tags)) {
		judged := slices.ContainsFunc(verdicts, func(v evaluate.Verdict) bool { return v.Ref.Version == version })
		if judged || d.past.Tags[version][TagHealth] != HealthDemoted || d.discredited(version) {
			continue
		}
		tags := maps.Clone(d.past.Tags[version])
		tags[TagHealth], tags[TagSince], tags[TagReason] = HealthUnknown, d.tick.UTC().Format(time.RFC3339), Released.Sentence()
		lines = append(lines, Line{What: Annotate, Ref: model.Ref{Name: d.policy.Model, Version: version}, Reason: Released, Tags: tags})
	}
	return lines
}

// health is what the verdict means for the version. What could not be judged
// stays as it was; demoted stays until the version serves again or is released.
func (d *decision) health(v *evaluate.Verdict) string {
	last := d.past.Tags[v.Ref.Version][TagHealth]
	if d.past.Serving.Ref != v.Ref && d.discredited(v.Ref.Version) {
		return HealthDemoted
	}
	switch v.Status {
	case evaluate.Healthy:
		return HealthHealthy
	case evaluate.Warning:
		return HealthWarning
	case evaluate.Critical:
		return HealthDegraded
	}
	if last == "" || last == HealthDemoted {
		return HealthUnknown
	}
	return last
}

// reasonText says in one line why the version stands as it does.
func reasonText(v *evaluate.Verdict) string {
	if v.Status == evaluate.Healthy {
		return "within its limits"
	}
	text := evaluate.Sentence(v.Reason)
	if raised := raisedLive(v); len(raised) > 0 {
		return text + ": " + detectorName(raised[0]) + ", " + evidenceSentence(raised[0])
	}
	if broken := brokenData(v.Evidence); len(broken) > 0 && v.Reason == evaluate.ReasonData {
		return text + ": " + fault(v, broken[0])
	}
	if shifted := featureNames(shiftedSeries(v.Evidence)); len(shifted) > 0 && v.Reason == evaluate.ReasonShifted {
		return text + ": " + listed(shifted, 5)
	}
	return text
}

// demotionTags are written over those of now once the demotion is done.
func (d *decision) demotionTags(action *Action, reason Reason, now map[string]map[string]string) []Line {
	a := *action
	a.Stage = Done
	from, to := map[string]string{}, map[string]string{}
	maps.Copy(from, now[a.From])
	maps.Copy(to, now[a.To])
	from[TagHealth], from[TagSince] = HealthDemoted, d.tick.UTC().Format(time.RFC3339)
	from[TagAction], from[TagReplacedBy] = actionTag(a), a.To
	from[TagReason] = cut("demoted on "+a.Detector+": "+reason.Sentence(), 200)
	to[TagReplaces] = a.From
	return []Line{
		{What: Annotate, Ref: a.from(), Reason: Demoted, Action: action, Tags: from},
		{What: Annotate, Ref: a.to(), Reason: Demoted, Action: action, Tags: to},
	}
}

func actionTag(a Action) string { return a.ID + ":" + string(a.Stage) }

// digest is the value of driftd_summary.
type digest struct {
	V        int                `json:"v"`
	At       time.Time          `json:"at"`
	Live     map[string]measure `json:"live,omitempty"`
	Labels   uint64             `json:"labels,omitempty"`
	Drifted  int                `json:"drifted"`
	Furthest string             `json:"furthest,omitempty"` // series with the largest share of the way to an alert
}

// measure is a metric of the last block: value, interval, limit.
type measure struct {
	Now   *float64 `json:"now"`
	Lower *float64 `json:"lo,omitempty"`
	Upper *float64 `json:"hi,omitempty"`
	Limit *float64 `json:"limit,omitempty"`
}

// outdated reports whether a day passed since the summary was written.
func (d *decision) outdated(text string) bool {
	var last digest
	return json.Unmarshal([]byte(text), &last) != nil || d.tick.Sub(last.At) >= 24*time.Hour
}

// summary digests the verdict for programs that read the registry, "" when
// this tick measured nothing or the text would be too long for a tag.
func summary(v *evaluate.Verdict, tick time.Time) string {
	if len(v.Results) == 0 {
		return ""
	}
	s := digest{V: 1, At: tick.UTC(), Live: map[string]measure{}}
	for _, r := range v.Results {
		if r.Feature == "" && r.Segment == "" && r.Value != nil && !evaluate.DataCheck(r.Check) {
			name := r.Check
			if r.Against != "" {
				name += " against " + r.Against
			}
			s.Live[name] = measure{rounded(r.Value), rounded(r.Lower), rounded(r.Upper), rounded(r.Limit)}
			s.Labels = max(s.Labels, r.Rows)
		}
	}
	furthest := 0.0
	for _, e := range v.Evidence {
		if e.Kind == evaluate.Drift && reached(e) > furthest {
			furthest, s.Furthest = reached(e), e.Named()
		}
	}
	s.Drifted = len(featureNames(shiftedSeries(v.Evidence)))
	text, err := json.Marshal(s)
	if err != nil || utf8.RuneCount(text) > 900 {
		return ""
	}
	return string(text)
}

func rounded(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	r := math.Round(*x*1e4) / 1e4
	return &r
}

// cut shortens text to n characters.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// intentTag is written on the version before its slot is moved, so that a
// crash in between leaves a trace in the registry too.
func intentTag(a Action) (model.Ref, map[string]string) {
	return a.from(), map[string]string{TagAction: a.ID + ":" + string(Intent)}
}
