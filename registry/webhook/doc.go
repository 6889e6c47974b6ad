// Package webhook is a registry whose slots are switched by somebody else: it
// reads, and writes tags, through another adapter, and asks for a switch with a
// signed request. That the request was accepted proves nothing; the switch is
// done when the other adapter shows it.
//
// The request is signed as the Standard Webhooks convention has it: the headers
// Webhook-Id, Webhook-Timestamp (seconds of the Unix epoch) and
// Webhook-Signature, which is "v1," and the base64 of an HMAC-SHA256 over
// "id.timestamp.body". Repetitions of one request have the same id. [Verify] is
// what a receiver does.
package webhook
