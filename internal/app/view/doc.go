// Package view tells the page of [web] what is stored: how versions stand, what
// their evidence is, what happened and what was done. It reads what evaluations have
// left and decides nothing.
package view
