// Command simulate measures what drift alerts cost and what they see. It draws
// model-years of synthetic streams, lets the real evaluator judge every window
// of them, and counts the alerts: of streams in which nothing changes, against
// the budget; of streams in which one series changes, how soon. Fixed rules on
// PSI and on p-values look at the same windows for comparison.
//
// It prints the table that is kept in docs/simulations/drift.md. The same seed
// gives the same table, on however many processors.
package main
