// Package data holds the flights that `driftd demo` replays: 255,987 real
// departures from New York, April to December 2013, each with the features known
// two hours before departure, the scores of up to four versions of one model and,
// unless the flight was cancelled or diverted, the outcome with its time of
// arrival.
//
// [Load] decodes the rows, [Cards] describes the versions. Where the data comes
// from and how it was made is told in README.md beside this file.
package data
