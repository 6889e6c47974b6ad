// Package gate decides whether a model version may be promoted: four rules on
// labelled rows of the candidate and of the version in production. It is pure;
// where rows come from and where the decision goes is not its concern.
package gate
