// Package config reads driftd's configuration file. Every other package owns
// its part of the configuration: this one puts the parts together, fills in
// what is absent, and reports all problems at once, each with its place in the
// file, the value and what to write instead.
//
// Values are taken as they are written: nothing is expanded from the
// environment, and secrets are only ever the names of files.
package config
