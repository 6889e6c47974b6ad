// Package mlflow is the model registry of an MLflow tracking server over its
// REST interface. It is tested against MLflow 2.22 and 3.17.
//
// Servers differ and sit behind proxies, so answers are decoded leniently,
// errors carry a hint where the cause is known, and whatever was changed is
// read back. MLflow has no compare-and-swap: see [Registry.Switch] for what is
// done instead.
package mlflow
