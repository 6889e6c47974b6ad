package main

const heading = `# Evidence about live performance, simulated

Written by ` + "`make simulate-performance`" + ` (seed %d; %d model-years per line, %d drops per line;
` + "`go run ./evaluate/simulate/live -seed %d -years %d -trials %d`" + ` repeats it).

A block is a day. Accuracy is 0.90 at the baseline and tolerated down to 0.89; the two
versions of a pair judge a tenth of the requests differently, and 0.01 is tolerated. The
*design effect* says how much more days differ than their rows explain: 1 when rows are
independent, more when a day has a shock that all its rows share. *AR*: how much of a shock
the next day keeps. Every model-year is that of a new version: the detector knows nothing
of its days at first.
`

const nullHeading = `
## %s: false alarms a year

One detector with the whole budget. *Limit*: the mean is exactly as bad as is tolerated,
the hardest case that is still none. *Same*: nothing changed. 0 means none in all years.

| labels a day | volume | design effect | AR | budget 1, limit | same | budget 0.1, limit | same | budget 0.01, limit | same |
|---|---|---|---|---|---|---|---|---|---|
`

const delayHeading = `
## Days until a drop is noticed

960 labels a day, a drop after 60 good days; median (nine in ten). With the defaults' three
metrics: a page (0.5 a year) for absolute accuracy, a demotion (0.01 a year) for a version
that is worse than its fallback by so much on the same requests. At least three blocks must
testify. *Bound*: ln c / KL, the days that no method with this budget of false alarms can
beat on average, rows being independent.

| points lost | bound | page, design effect 1 | 7 | 30 | demotion, design effect 1 | 7 | 30 |
|---|---|---|---|---|---|---|---|
`

const ruleHeading = `
## Beside fixed rules, design effect %g

False alarms a year while nothing changes (one that goes on counts once), and median days
until accuracy that lost 2, 5 and 10 points is noticed.

| rule | false alarms a year | 2 points | 5 points | 10 points |
|---|---|---|---|---|
`

const aucHeading = `
## Absolute AUC

0.90 at the baseline, tolerated down to 0.89; 960 rows a day, a fifth positive, normal
scores; %d model-years. False alarms a year at the limit; days until a page.

| design effect | budget 1 | budget 0.1 | loses .03 | loses .05 | loses .10 |
|---|---|---|---|---|---|
`

const reading = `
## Reading it

- Strictness is cheap where rows are independent: a hundredth of the false alarms costs
  ln 100 = 4.6 nats, a few days at most.
- Where days share shocks, a day is one witness, not 960: the same certainty takes as many
  more days as the design effect says. Rules that count rows alarm every few days there.
- Where it is **not** kept: the guarantee is one of conditional means, and a shock that all
  rows of a day share is a day whose mean was low. Where days are independent, a budget of
  0.01 is kept while nothing changes, and exactly at the limit up to a design effect of 7; it
  becomes 0.018 at 13 and 0.032 at 30. With shocks of which the next day keeps half, it is kept
  while nothing changes up to a design effect of 7 and is 0.037 at 13 and 0.097 at 30; at the
  limit it is 0.024 to 0.2. Most of these alarms come in a version's first month, when nothing
  yet tells how its days differ ([what was tried](../decisions/0108-runs-tell-of-shocks-that-last.md)).
  What cures it is the tolerance, larger blocks, or a comparison with a fallback that the same
  shocks hit.
- A drop within the tolerance is not meant to be noticed.
- Shocks that last (AR) look like a lasting drop, and while they last they are one. Runs of
  seven days are compared; what lasts for weeks is not told from a regression, except by the
  paired comparison, which it hits on both sides.
`
