package alerts

// Reason says why a line stands in the plan, or why one does not. It is a log
// field, a metric label and chooses the sentence people read.
type Reason string

// The reasons.
const (
	FirstDrift         Reason = "first_drift"              // a series crossed the drift budget
	FirstData          Reason = "first_data"               // a gross break, or a series or the stream crossed the budget of data quality
	FirstPage          Reason = "first_page"               // evidence crossed the page budget
	FirstCritical      Reason = "first_critical"           // evidence crossed the demotion budget
	StillCritical      Reason = "still_critical"           // it did before and nothing could be done then
	Changed            Reason = "changed"                  // same incident, new facts
	Untold             Reason = "untold"                   // nothing new, but the last delivery did not succeed
	Recovered          Reason = "recovered"                // the state is over
	Retracted          Reason = "retracted"                // rows that came late show that it was not so
	Superseded         Reason = "superseded"               // the version no longer serves: the incident is moot
	Stalled            Reason = "stalled"                  // inconclusive or errored for several ticks, or its baseline cannot be used
	StatusChanged      Reason = "status_changed"           // tags follow the verdict
	Checked            Reason = "checked"                  // tags say when the version was judged last
	Demoted            Reason = "demoted"                  // tags follow the demotion
	Released           Reason = "released"                 // tags follow a release
	AwaitingEffect     Reason = "awaiting_effect"          // the slot moved, traffic has not been seen to follow
	Resumed            Reason = "resumed"                  // an intent without outcome from before a crash
	Silenced           Reason = "silenced"                 // a person does not want to hear of it now
	Flapping           Reason = "flapping"                 // it opened or ended too often within a day
	Inhibited          Reason = "inhibited"                // another incident explains it
	Waiting            Reason = "waiting"                  // changes are gathered
	Unheard            Reason = "unheard"                  // it was over before anybody was told
	Repeated           Reason = "repeated"                 // it is still open
	Digested           Reason = "digested"                 // how all stands, once a day
	BlockedObserve     Reason = "blocked_observe"          // mode observe: would have been done
	BlockedApproval    Reason = "blocked_approval"         // mode approve: a person must agree
	BlockedQuiet       Reason = "blocked_quiet_hours"      // mode auto, in quiet hours: the same
	BlockedHold        Reason = "blocked_hold"             // a person's hold on model or version
	BlockedCoverage    Reason = "blocked_coverage"         // too few labels arrived in the last block
	BlockedNotNow      Reason = "blocked_not_now"          // the last closed block is back within the limit
	BlockedMoved       Reason = "blocked_slot_moved"       // the registry shows another version than was judged
	BlockedBake        Reason = "blocked_min_bake"         // the version holds the slot for too short a time
	BlockedCooldown    Reason = "blocked_cooldown"         // the slot was moved by driftd too recently
	BlockedPingPong    Reason = "blocked_ping_pong"        // the target, or the version itself, was demoted before
	BlockedData        Reason = "suppressed_data_incident" // the fallback reads the same broken data
	BlockedFallback    Reason = "no_fallback"              // no earlier holder and no fallback alias
	BlockedStale       Reason = "blocked_stale_tick"       // catching up: only the newest tick may act
	BlockedRegistry    Reason = "blocked_registry"         // the registry could not be read
	BlockedUnfinished  Reason = "blocked_unfinished"       // an earlier demotion has no known outcome yet
	BlockedFrozen      Reason = "blocked_frozen"           // people stopped everything
	BlockedHeldTwice   Reason = "blocked_held_twice"       // several versions are in the stage
	BlockedFleet       Reason = "blocked_many_models"      // too many models are critical at once
	BlockedDeleted     Reason = "blocked_target_deleted"   // the target is not registered any more
	BlockedNotReady    Reason = "blocked_target_not_ready" // the registry does not call the target ready
	BlockedInputs      Reason = "blocked_target_inputs"    // the target reads inputs that requests do not carry
	BlockedUnread      Reason = "blocked_target_unread"    // the signatures could not be compared
	Ordered            Reason = "ordered"                  // a person asked for it, or agreed
	BlockedApprover    Reason = "blocked_not_approver"     // who agreed may not
	BlockedExpired     Reason = "blocked_expired"          // nobody agreed in time
	BlockedOvertaken   Reason = "blocked_overtaken"        // what was agreed to is not what would be done now
	BlockedServes      Reason = "blocked_serves_already"   // the version asked for holds the slot
	BlockedAge         Reason = "blocked_target_age"       // the target served too long ago
	BlockedUnhealthy   Reason = "blocked_target_unhealthy" // the target was critical when it was judged last
	BlockedWorld       Reason = "blocked_world_changed"    // the target does no better
	BlockedSlotBudget  Reason = "blocked_slot_budget"      // driftd moved the slot this week
	BlockedFleetBudget Reason = "blocked_fleet_budget"     // driftd moved too many slots today
)

// Reasons lists every reason, for metrics and documentation.
func Reasons() []Reason {
	return []Reason{
		FirstDrift, FirstData, FirstPage, FirstCritical, StillCritical, Changed, Untold, Recovered, Retracted, Superseded, Stalled,
		Silenced, Flapping, Inhibited, Waiting, Unheard, Repeated, Digested,
		StatusChanged, Checked, Demoted, Released, AwaitingEffect, Resumed, BlockedObserve, BlockedApproval, BlockedQuiet, BlockedHold,
		BlockedCoverage, BlockedNotNow, BlockedMoved, BlockedBake, BlockedCooldown, BlockedPingPong,
		BlockedFallback, BlockedStale, BlockedRegistry, BlockedUnfinished, BlockedData,
		BlockedFrozen, BlockedHeldTwice, BlockedFleet, BlockedDeleted, BlockedNotReady, BlockedInputs, BlockedUnread,
		Ordered, BlockedApprover, BlockedExpired, BlockedOvertaken, BlockedServes, BlockedAge,
		BlockedUnhealthy, BlockedWorld, BlockedSlotBudget, BlockedFleetBudget,
	}
}
