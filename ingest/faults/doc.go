// Package faults holds the proof that ingest loses nothing and counts nothing
// twice: tests that run the real daemon over real servers and kill all of them.
// It exports nothing. docs/ingest.md says what is proven, and keeps the figures.
package faults
