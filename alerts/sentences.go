package alerts

import (
	"fmt"
	"strings"
	"time"
)

var reasonSentences = map[Reason]string{
	FirstDrift:         "an input moved away from the reference and stayed there",
	FirstData:          "the data that the version reads are not as they should be",
	FirstPage:          "the evidence crossed the page budget",
	FirstCritical:      "the evidence crossed the demotion budget",
	StillCritical:      "the evidence is beyond the demotion budget and nothing could be done so far",
	Changed:            "there are new facts",
	Untold:             "the last message may not have arrived",
	Recovered:          "the version is back within its limits",
	Retracted:          "rows that came late show that it was not so",
	Superseded:         "another version serves now",
	Stalled:            "the version could not be judged for several ticks in a row",
	StatusChanged:      "the verdict changed",
	Checked:            "the version was judged, and nothing has changed",
	Demoted:            "the version was demoted",
	Released:           "a person released the version after a demotion",
	AwaitingEffect:     "the slot was moved and live traffic has not been seen to follow",
	Resumed:            "a demotion was cut short and is finished now",
	Silenced:           "a person does not want to hear of it now",
	Flapping:           "it opens and ends too often",
	Inhibited:          "another incident explains it",
	Waiting:            "changes are gathered before it is told",
	Unheard:            "it was over before anybody was told",
	Repeated:           "it is still open",
	Digested:           "how all stands, once a day",
	BlockedObserve:     "the mode is observe: driftd moves nothing by itself",
	BlockedApproval:    "the mode is approve: a person has to agree",
	BlockedQuiet:       "it is quiet hours: a person has to agree, or driftd moves the slot when they are over",
	BlockedHold:        "a person put a hold on the model or on one of the two versions",
	BlockedCoverage:    "too few predictions of the last block have a label",
	BlockedNotNow:      "the last closed block is back within the limit",
	BlockedMoved:       "the registry shows another version in the slot than the one that was judged",
	BlockedBake:        "the version holds the slot for too short a time",
	BlockedCooldown:    "the slot was moved by driftd too recently",
	BlockedPingPong:    "the version that would take over was demoted before, or a person restored this one after a demotion and did not release it",
	BlockedData:        "the data are broken, and the fallback reads the same",
	BlockedFallback:    "there is no earlier holder of the slot and no fallback alias",
	BlockedStale:       "driftd is catching up: only the newest tick may act",
	BlockedRegistry:    "the model registry could not be read",
	BlockedUnfinished:  "an earlier demotion has no known outcome yet",
	BlockedFrozen:      "people froze driftd: it moves nothing until it is unfrozen",
	BlockedHeldTwice:   "several versions are in the stage: archive all but one",
	BlockedFleet:       "more than 30 % of the models, and at least 3, are critical at once: the cause is a common one",
	BlockedDeleted:     "the version that would take over is not registered any more",
	BlockedNotReady:    "the registry does not call the version that would take over ready",
	BlockedInputs:      "the version that would take over reads inputs that the serving one does not, or of another kind",
	Ordered:            "a person asked for it",
	BlockedApprover:    "who agreed is not among act.approvers",
	BlockedExpired:     "nobody agreed in time",
	BlockedOvertaken:   "what was agreed to is not what would be done now: look at the newest proposal",
	BlockedServes:      "the version asked for holds the slot already",
	BlockedUnread:      "what the version that would take over reads could not be looked up",
	BlockedAge:         "the version that would take over served too long ago",
	BlockedUnhealthy:   "the version that would take over was critical when it was judged last",
	BlockedWorld:       "the version that would take over does no better: the world became harder",
	BlockedSlotBudget:  "driftd moved this slot by itself within the last 7 days",
	BlockedFleetBudget: "driftd moved 3 slots by itself within the last 24 hours",
}

// Sentence says the reason to people.
func (r Reason) Sentence() string {
	if s, ok := reasonSentences[r]; ok {
		return s
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

func recoveredSentence(i *Incident, tick time.Time) string {
	return fmt.Sprintf("%s after %s", map[Class]string{
		ClassPerformance: "live metrics are back within their limits",
		ClassDrift:       "no input is away from the reference any more",
		ClassData:        "the data are as they should be",
		ClassPipeline:    "the version is judged again",
	}[i.Class], duration(tick.Sub(i.began())))
}

// moment formats a time as all messages do, stamp where it is plain that it is UTC.
func moment(t time.Time) string { return stamp(t) + " UTC" }
func stamp(t time.Time) string  { return t.UTC().Format("2006-01-02 15:04") }

// duration formats a duration roughly: "3 d 4 h", "5 h 20 min", "15 min".
func duration(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case days > 0:
		return fmt.Sprintf("%d d", days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", minutes)
}
