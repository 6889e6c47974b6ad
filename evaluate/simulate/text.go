package main

const heading = `# Drift alerts, simulated

Written by ` + "`make simulate-drift`" + ` (seed %d; %d model-years per stream, %d of hourly windows;
%d streams per change; ` + "`go run ./evaluate/simulate -seed %d -years %d -trials %d`" + ` repeats it).
Every window is judged by the evaluator as in production, with psi and ks at their default
tolerances, and the budget of %d false drift alerts a model-year.

Numeric series are normal and correlate by 0.5; categorical ones have six categories. The
rows of a day have a share of their variance in common (*shared*), and that share follows
the day before by an AR(1) (*AR*). An alert is a rule that speaks of a series and was quiet
in the window before. Behind it stands in which share of
all series and windows the rule speaks: one that never stops has few alerts.

## Nothing changes: alerts a model-year, ± standard error (share of series and windows)

| window | rows | series | reference windows | shared | AR | driftd | PSI > 0.1 | PSI > 0.25 | p < 0.05 |
|---|---|---|---|---|---|---|---|---|---|
`

const choosing = `
## Nothing changes, and driftd chooses the window

` + "`window: auto`" + ` over streams of hours, 250 rows and 6 + 2 series each, in %d model-years per line.
Below each length stands how often it was chosen, and the mean share of series and measures
whose natural variation is usable there; then the alerts of driftd a model-year.

| shared | AR | days of reference | an hour | a day | 3 days | a week | alerts |
|---|---|---|---|---|---|---|---|
`

const changing = `
## One series changes for good: %d rows a day, shared %g, AR %g

Share of streams in which the changed series was alerted within 60 windows, and the window
in which it was in the median stream.

| change | driftd | PSI > 0.1 | PSI > 0.25 | p < 0.05 |
|---|---|---|---|---|
`

const reading = `
## Reading it

- A rule that fires on everything also sees everything: hold the second kind of table
  against the first.
- Changes below the tolerance (PSI 0.1 is about a third of a standard deviation, KS 0.05
  an eighth) are not meant to be alerted. Tolerate less to see less.
- Where what days share is large and lasts, a reference of 61 days holds few independent
  days. The remedy is a longer reference or a longer window.
`
