// Package webhook is a registry whose slots are switched by somebody else: it
// reads, and writes tags, through another adapter, and asks for a switch with a
// signed request. That the request was accepted proves nothing; the switch is
// done when the other adapter shows it.
//
// How it is signed is said in [outbound].
package webhook
