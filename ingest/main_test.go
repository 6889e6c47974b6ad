package ingest

import (
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }
