// Package churn holds the test that the example for Python works as it is copied:
// `make example-churn` in a reduced form.
package churn
