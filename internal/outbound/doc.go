// Package outbound is what requests to receivers have in common that a person
// configures by their address: where they may go, and how they are signed.
//
// They are signed as the Standard Webhooks convention has it: the headers
// Webhook-Id, Webhook-Timestamp (seconds of the Unix epoch) and
// Webhook-Signature, which is "v1," and the base64 of an HMAC-SHA256 over
// "id.timestamp.body". Repetitions of one request have the same id. [Verify] is
// what a receiver does.
package outbound
