// Package registry is the port to the model registry: which version serves in
// a slot, what is known of a version, and the two things driftd ever changes
// there, tags on a version and the holder of a slot.
//
// Adapters: [github.com/driftd/driftd/registry/mlflow] speaks MLflow's REST
// interface, [github.com/driftd/driftd/registry/filestore] keeps everything in
// one JSON file. Both pass the suite in registry/registrytest, so a caller need
// not know which one it has. Callers that need less than [Registry] declare a
// smaller interface of their own.
//
// A registry belongs to people. driftd never deletes a tag, never empties a
// slot and never moves one that somebody else moved meanwhile.
package registry
