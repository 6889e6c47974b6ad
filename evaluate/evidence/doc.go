// Package evidence decides how sure one may be that something changed, when
// one looks again after every block and for as long as a version lives.
//
// A detector keeps a Shiryaev-Roberts process: M_t = (M_{t-1} + 1)·E_t, where
// E_t is an e-value of block t, that is, its expectation is at most 1 while
// nothing is wrong, whatever happened before. Then M_t - t is a supermartingale,
// and an alarm at M ≥ c, after which M returns to 0, is raised at most t/c
// times in t blocks in expectation: for any dependence between blocks and
// however often one looks. [Threshold] turns a budget of false alarms a year
// into ln c. See Shin, Ramdas & Rinaldo, "E-detectors", arXiv 2203.03532.
//
// Three things make E_t:
//
//   - [Drift]: a p-value per closed window, by [Calibrate].
//   - [Detector] of form [Rate]: correct rows among all rows of a block, against
//     a lower bound of the rate.
//   - [Detector] of form [Mean] or [Paired]: bets on the mean of bounded numbers,
//     for metrics that are not rates and for two versions on the same rows.
//
// Rows of one block share causes. Past blocks tell how much more they differ
// than their rows explain, and a detector divides the logarithm of its
// evidence by that design effect; and no block counts for more than the
// detector's cap, so that a bad day is one witness.
//
// Everything is kept as natural logarithms. States are plain values, steps are
// pure functions of a state and a block, and a block that was consumed before,
// or comes out of order, is refused and changes nothing.
package evidence
