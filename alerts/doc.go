// Package alerts decides what follows from verdicts, and does it.
//
// Decide is a pure function from verdicts and the past to a Plan: the same
// input gives the same lines, each with a reason. It is level-triggered: it
// compares how things stand with what was already told and done, so a tick
// that is run again after a crash asks for nothing twice. Only the version
// that serves can open an incident or be demoted, and only through the guards,
// a table in guards.go.
//
// An Applier performs a plan: intent row, switch, outcome row; tags; then the
// messages, which therefore say what was really done. The journal is written
// before the world is touched, and a message is stored before it is sent.
package alerts
