// Package performance measures how well a model did on rows whose labels are
// known, each metric with a standard error, an interval and, where evidence can
// be had of it, the bound that live data will be held to.
//
// A metric that is not defined (no rows, one class) has a [Reason] and no
// numbers; it is never 0. Metrics come from rows or from counts and sums that
// add up over time buckets: [Confusion], [ScoreCounts] with a stated error
// bound, [Matrix], [Errors]. A row that stands for several is counted as such.
//
// The package does no I/O and reads no clock.
package performance
