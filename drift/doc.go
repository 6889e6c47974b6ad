// Package drift compares live rows with a frozen reference, using counts only.
//
// A [Layout] is frozen once from the reference: it divides the values of one
// series (a feature, the score, the predicted class) into cells. Live rows are
// counted into the same cells, bucket by bucket; [Counts] of any window are
// sums of counts of its buckets. Every number in this package is a function of
// two Counts over one Layout, so its cost does not depend on the rows.
//
// [Catalog] lists the measures. Each yields an effect size, the thing people
// look at, and a p-value for the hypothesis that the effect is no larger than
// what the operator tolerates. [Variation] adds how much the reference differs
// from itself from one day to the next; the larger of both p-values is what an
// alarm rule may use.
//
// The package does no I/O and reads no clock.
package drift
