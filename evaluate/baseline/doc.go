// Package baseline reads the file monitoring/baseline.json that a training job
// leaves with a model version: how the data were distributed on which the
// version was trained, counted into the cells that driftd freezes. The format is
// documented in docs/baseline.md.
//
// [Parse] takes a file as a whole or not at all: what the rows, the counts of
// each series and the blocks say of each other must agree.
package baseline
