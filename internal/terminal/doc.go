// Package terminal prints for people: aligned tables, status colours, one
// progress line with a timeline above it. On anything but a terminal the same
// text comes out plain, without colours and without redrawing.
package terminal
