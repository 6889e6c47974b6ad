package parts

import "testing"

// Churn returns the interpreter that has what examples/churn runs.
func Churn(t testing.TB) string {
	t.Helper()
	python, err := cached("churn", "venv", "bin", "python")
	if err != nil {
		absent(t, "Python for examples/churn", "fetch-churn", err)
	}
	return python
}

// KafkaLibs returns the directory with the jars of Apache Kafka, for a test that
// has them started by others. Java is on the PATH.
func KafkaLibs(t testing.TB) string {
	t.Helper()
	_, libs := kafkaParts(t)
	return libs
}
