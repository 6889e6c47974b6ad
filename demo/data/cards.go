package data

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed cards.json
var cards []byte

// Card is what the author of a version knew on the day it was registered. For v2
// it flatters: its training features had leaked the labels, of which the
// validation split knew nothing.
type Card struct {
	Version    string     `json:"version"`
	Algorithm  string     `json:"algorithm"`
	TrainedOn  Period     `json:"trained_on"`
	Features   []string   `json:"features"`
	Threshold  float64    `json:"threshold"` // score from which late is predicted
	Validation Validation `json:"validation"`
}

// Period is the training data: whole months such as "2013-01", both included.
type Period struct {
	FirstMonth string `json:"first_month"`
	LastMonth  string `json:"last_month"`
	Rows       int    `json:"rows"`
}

// Validation holds the offline metrics, each from 0 to 1.
type Validation struct {
	Split    string  `json:"split"` // how the rows were chosen
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
	AUC      float64 `json:"auc"`
	Brier    float64 `json:"brier"` // lower is better
}

// Cards returns the cards of all versions, oldest first, in the order of
// [Flights.Versions].
func Cards() ([]Card, error) {
	var all []Card
	d := json.NewDecoder(bytes.NewReader(cards))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("decode cards.json: %w", err)
	}
	return all, nil
}
