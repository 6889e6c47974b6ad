package parts

import "testing"

// Python returns the interpreter that has MLflow, pandas and numpy.
func Python(t testing.TB) string {
	t.Helper()
	python, err := cached("mlflow", mlflowVersion, "bin", "python")
	if err != nil {
		absent(t, "MLflow", "fetch-mlflow", err)
	}
	return python
}
