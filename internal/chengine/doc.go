// Package chengine runs ClickHouse inside driftd: libchdb, the ClickHouse engine
// as a shared library, is loaded by a supervised child process that opens the
// engine's own native and HTTP listeners on loopback. Clients talk to it with an
// unmodified driver, as to any ClickHouse server, and a crash of the engine is not
// a crash of the daemon: the child is started again on the same ports with the
// same passwords, so a connection pool reconnects without knowing.
//
// The child is this very binary, executed again with hidden arguments. A program
// that uses the package therefore calls [Main] before anything else:
//
//	func main() {
//		chengine.Main() // does not return in the child
//		…
//	}
//
// Start with [New], run [Engine.Run] in a goroutine, wait for [Engine.Ready] and
// connect to [Engine.Endpoint].
package chengine
