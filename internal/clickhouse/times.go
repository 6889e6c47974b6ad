package clickhouse

import "time"

// epoch is a time as stored: one that is not known is 1970-01-01.
func epoch(t time.Time) time.Time {
	if t.IsZero() {
		return time.UnixMilli(0).UTC()
	}
	return t
}

// known undoes epoch.
func known(t time.Time) time.Time {
	if t.UnixMilli() == 0 {
		return time.Time{}
	}
	return t.UTC()
}
