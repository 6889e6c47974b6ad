// Package performance measures how well a binary classifier did on rows whose
// labels are known: accuracy, AUC and Brier score, each with an interval, a
// standard error and the bound that live data will be held to.
//
// A metric that is not defined (no rows, one class) has a [Reason] and no
// numbers; it is never 0. AUC and Brier score come from rows or, with a stated
// error bound, from [ScoreCounts], which add up over time buckets.
//
// The package does no I/O and reads no clock.
package performance
