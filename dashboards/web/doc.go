// Package web is the page that the daemon serves: read-only, server-rendered,
// the same numbers as JSON under /api/v1. It answers which models are unwell, why,
// since when, and what was done.
//
// What it shows it asks of a [Source] and knows nothing else. Every chart is a
// table that a script draws: without the script the table is there, and nothing is
// said twice. Style and script come from here, nothing from elsewhere, and nothing
// is inline, so that the policy sent along can forbid the rest.
package web
