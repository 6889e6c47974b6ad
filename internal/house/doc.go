// Package house holds the repository's rules as tests: who may import whom,
// what every package says of itself, how long a file may be.
package house
