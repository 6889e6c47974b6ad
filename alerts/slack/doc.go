// Package slack tells people in Slack: one message per incident, edited in
// place as things change, with its timeline as the thread. Lines that everybody
// should see are shown in the channel as well.
//
// The bot token needs chat:write. With channels:read and channels:history (and
// groups:read and groups:history for private channels) a delivery that was cut
// off is found again and not repeated; without them it may be told twice. With
// files:write, and if allowed, charts are uploaded where Slack knows none.
//
// Names of models, versions and features are data: they are escaped, cut to
// Slack's limits by characters, and can mention nobody.
package slack
