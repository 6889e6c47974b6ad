// Package file reads the rows of files as messages: NDJSON, CSV and Parquet,
// the first two plain or compressed with gzip or zstd. What a row becomes is
// the JSON text of an event, so that a file and a topic share everything from
// decoding on.
//
// A file is known by its content, see [Digest]: renaming it or reading it from
// standard input makes no difference. A row is known by its position, counted
// from 0: lines of NDJSON, records of CSV without the header, rows of Parquet.
//
// Memory is bounded whatever the file holds: a line or record that is longer
// than a message may be is passed over and reported, row groups of Parquet are
// read page by page.
package file
