package clickhouse

import (
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/driftd/driftd/evaluate"
)

// Neither keeps anything from one call to the next, and both may be used at once.
var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
)

// packStates returns evidence whole as it is stored: JSON, packed.
func packStates(all []evaluate.Evidence) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	return string(packer.EncodeAll(text, nil)), nil
}

// unpackStates reads what packStates wrote, or else, of verdicts that were stored
// before there was such a column, the states one by one.
func unpackStates(packed string, states []string) (all []evaluate.Evidence, err error) {
	if packed != "" {
		text, err := unpacker.DecodeAll([]byte(packed), nil)
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		err = json.Unmarshal(text, &all)
		return all, err
	}
	for _, state := range states {
		var e evaluate.Evidence
		if err := json.Unmarshal([]byte(state), &e); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}
