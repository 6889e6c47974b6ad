// Package registrytest is the suite that every adapter of the registry port
// passes, so that all behave alike. Only tests import it.
package registrytest
