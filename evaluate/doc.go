// Package evaluate judges model versions at a tick: it pins references, counts
// closed buckets, measures drift over closed windows and live performance over
// closed blocks of matured labels, and lets the evidence processes consume
// each of them once, in order.
//
// The tick, the scheduled time, is the only time there is. An evaluation reads
// event time before the tick and the state that earlier ticks left; the same
// tick over the same events gives the same verdicts, whenever and however
// often it is run, which is what makes replay, catching up after downtime and
// recomputing by hand the same code.
//
// Nothing here acts. Package alerts decides what follows from a verdict.
package evaluate
