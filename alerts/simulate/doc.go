// Command simulate looks for an order of events in which driftd moves a slot
// wrongly. In each of its runs two replicas take turns at leading a model for
// some days of hourly ticks. What they decide and do is the real code of
// package alerts; the registry, the journal and the people are simulated: the
// registry times out before or after it committed, refuses, and shows what was
// true a moment ago; people promote, restore, hold, delete, agree, roll back,
// release and freeze, also those who may not; replicas are killed before or after
// the effect of any of their calls, and paused in any of them while the other takes
// over.
//
// Between any two calls of a replica anything may happen. The same seed gives
// the same runs. It prints the table that is kept in docs/simulations/rollback.md.
package main
