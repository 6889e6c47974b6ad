// Package schedule says when a model is judged: cron expressions in UTC, the
// ticks that fell due while nothing was running, and the loop that runs them
// one after the other.
//
// A tick is a function of the expression alone, never of when the process was
// started: "@every 15m" counts from the Unix epoch. The same stretch of time
// therefore has the same ticks whenever it is replayed.
package schedule
