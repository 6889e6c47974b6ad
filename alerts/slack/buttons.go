package slack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// Slack's documented limits of buttons, in characters.
const (
	maxButton  = 75
	maxTitle   = 100
	maxConfirm = 300
	maxAnswer  = 30
)

// buttons are what people may do about the incident as it is now; none once there
// is nothing left to do.
func buttons(i alerts.Incident) []slack.Block {
	if i.State != alerts.Open {
		return nil
	}
	var all []slack.BlockElement
	add := func(kind alerts.OrderKind, text string, style slack.Style, proposal, asks string) {
		value, err := json.Marshal(shown{Incident: i.ID, Generation: i.Generation, Proposal: proposal})
		if err != nil {
			panic(err) // it is made of texts and numbers
		}
		b := slack.NewButtonBlockElement(verbPrefix+string(kind), string(value), plain(text, maxButton)).WithStyle(style)
		b.Confirm = slack.NewConfirmationBlockObject(plain(text+"?", maxTitle), plain(asks, maxConfirm), plain("Yes", maxAnswer), plain("No", maxAnswer))
		all = append(all, b)
	}
	if a := i.Action; a != nil && a.Stage == alerts.Proposed && !i.Answered(a.ID) {
		add(alerts.OrderApprove, "Approve rollback to "+a.To, slack.StyleDanger, a.ID,
			fmt.Sprintf("%s moves from version %s to %s if every guard agrees.", a.Slot, a.From, a.To))
	}
	if h, held := i.Response(alerts.OrderHold); !held || !i.Updated.Before(h.Until) {
		add(alerts.OrderHold, "Hold 24 h", "", "", "Nothing is moved from or to version "+i.Ref.Version+" for 24 hours.")
	}
	if i.Silence == nil {
		add(alerts.OrderSilence, "Silence 24 h", "", "", fmt.Sprintf("Nothing but actions is told about %s of %s for 24 hours.", i.Class, i.Ref.Name))
	}
	if !i.Acknowledged() {
		add(alerts.OrderAcknowledge, "Acknowledge", "", "", "You look after it: it is not repeated.")
	}
	if len(all) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("driftd", all...)}
}

// responses say who did what and when.
func responses(i alerts.Incident) []slack.Block {
	var lines []string
	for _, r := range i.Responses {
		lines = append(lines, r.Sentence())
	}
	if len(lines) == 0 {
		return nil
	}
	return []slack.Block{slack.NewContextBlock("", plain(strings.Join(lines, "; "), maxField))}
}
