// Package parts gives tests the real parts driftd works with: the ClickHouse
// engine, Apache Kafka, an MLflow server and a schema registry. Only test files import it.
//
// Each part is started when a test first asks for it, shared by all tests of the
// binary, and stopped at the end. A package that uses it has
//
//	func TestMain(m *testing.M) { parts.Main(m) }
//
// Parts are fetched by `make fetch`. One that is absent skips the test with the
// reason, or fails it if DRIFTD_TEST_REQUIRE=1.
package parts
