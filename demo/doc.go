// Package demo replays a year of real flights through the whole of driftd: an
// embedded broker, the embedded ClickHouse engine, a registry in a file and a
// Slack that keeps what it is sent, with nothing stubbed in between. It is the
// story a newcomer sees, and the longest end-to-end test there is.
//
// Time is stepped: a stretch of events is produced, driftd is told that the
// stretch has passed, it stores what it has and runs the ticks that fell due,
// and the replay goes on. So the replay is as fast as the machine and comes out
// the same every time.
package demo
