// Command live measures what the evidence about live performance costs and what
// it sees. It draws model-years of labels, a block a day, lets the detectors of
// package evidence hear them, and counts the alarms: where performance is as bad
// as is tolerated and no worse, against the budget; where it drops, how soon.
// Tests on sliding windows and three-sigma rules hear the same labels.
//
// It prints the page that is kept in docs/simulations/performance.md. The same
// seed gives the same page, on however many processors.
package main
