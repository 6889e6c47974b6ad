package parts

import (
	"testing"
)

// Python returns the interpreter that has the newest MLflow, pandas and numpy.
func Python(t testing.TB) string {
	t.Helper()
	return PythonOf(t, mlflowVersion)
}

// PythonOf returns the interpreter that has a version of MLflow, pandas and numpy.
func PythonOf(t testing.TB, version string) string {
	t.Helper()
	python, err := cached("mlflow", version, "bin", "python")
	if err != nil {
		absent(t, "MLflow "+version, map[string]string{mlflowVersion: "fetch-mlflow", mlflow2Version: "fetch-mlflow2"}[version], err)
	}
	return python
}
