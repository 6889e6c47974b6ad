package clickhouse

import "time"

// bucketStart returns when the bucket with the number begins. Number 0 begins at the
// epoch, as in the statements that group by bucket.
func bucketStart(number int64, length time.Duration) time.Time {
	return time.UnixMilli(number * length.Milliseconds()).UTC()
}
