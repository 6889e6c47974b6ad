// Package receivers tells of incidents beside Slack: a pager (PagerDuty), an
// Alertmanager, mailboxes (SMTP), and any program by a signed webhook. Each is one
// file. What they are given is the incident that Slack shows; none keeps anything:
// what a receiver was told is stored with the incident.
package receivers
