package drift_test

import (
	"testing"
	"time"
)

// day0 is the start of the day that is judged; references end there.
var day0 = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// TestFleet runs one daemon over many models that share one cron minute.
func TestFleet(t *testing.T) {
	f := newFleet(t)
	started := time.Now()
	d := startDaemon(t, f.config, f.dir, day0.Add(23*time.Hour))
	up := time.Since(started)
	say(t, "%d models × %d versions × %d features, %d predictions a day of each: ready after %.1f s\n", *models, *versions, *features, *daily, up.Seconds())
	for _, step := range []struct {
		what string
		to   time.Time
	}{
		{"23 hours at once: 23 buckets counted", day0.Add(23*time.Hour + 15*time.Minute)},
		{"nothing closed", day0.Add(23*time.Hour + 30*time.Minute)},
		{"nothing closed", day0.Add(23*time.Hour + 45*time.Minute)},
		{"nothing closed", day0.Add(24 * time.Hour)},
		{"an hour and the day: a bucket counted, the window judged", day0.Add(24*time.Hour + 15*time.Minute)},
		{"nothing closed", day0.Add(24*time.Hour + 30*time.Minute)},
		{"nothing closed", day0.Add(24*time.Hour + 45*time.Minute)},
		{"nothing closed", day0.Add(25 * time.Hour)},
		{"an hour: a bucket counted", day0.Add(25*time.Hour + 15*time.Minute)},
	} {
		before, engine, began := usageOf(t, d.cmd.Process.Pid), usageOf(t, f.engine), time.Now()
		d.advance(step.to)
		wall, after, engineAfter := time.Since(began), usageOf(t, d.cmd.Process.Pid), usageOf(t, f.engine)
		say(t, "  %-55s wall %.2f s, CPU %.2f s own + %.2f s engine, peak %d MB, engine %d MB\n", step.what, wall.Seconds(),
			(after.cpu - before.cpu).Seconds(), (engineAfter.cpu - engine.cpu).Seconds(), after.peak>>20, engineAfter.peak>>20)
	}
	d.queries()
	f.check(t)
	d.stop()
}
