// Package app puts driftd together. Read cycle.go first: it is one evaluation
// from end to end. app.go starts the parts and stops them in reverse order.
//
// Only this package and cmd know the clock and signals; everything below is
// told the tick.
package app
