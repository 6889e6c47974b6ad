package drift_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usageOf returns what a running process has used so far.
func usageOf(t *testing.T, pid int) usage {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	stat := read("stat")
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux
	u := usage{cpu: time.Duration(number(fields[11])+number(fields[12])) * tick}
	_, peak, _ := strings.Cut(read("status"), "VmHWM:")
	u.peak = number(strings.Fields(peak)[0]) << 10
	return u
}
