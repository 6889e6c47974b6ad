// Command flights writes the flights of the demo as CSV, for tools that read
// tables: prediction time, features, the scores of every version and the label.
package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/driftd/driftd/demo/data"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flights:", err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	flights, err := data.Load()
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	header := []string{"time"}
	for _, column := range flights.Features() {
		header = append(header, column.Name)
	}
	versions := flights.Versions()
	header = append(append(header, versions...), "late", "known_at")
	if err := out.Write(header); err != nil {
		return err
	}
	for row := range flights.Len() {
		if err := out.Write(record(flights, versions, row)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// record is one flight; what is not known is empty.
func record(flights *data.Flights, versions []string, row int) []string {
	fields := []string{flights.Time(row).Format(time.RFC3339)}
	for _, column := range flights.Features() {
		field := ""
		if column.Categories != nil {
			field, _ = column.Category(row)
		} else if x, ok := column.Number(row); ok {
			field = strconv.FormatFloat(x, 'g', -1, 64)
		}
		fields = append(fields, field)
	}
	for _, version := range versions {
		field := ""
		if p, ok := flights.Score(version, row); ok {
			field = strconv.FormatFloat(p, 'g', -1, 64)
		}
		fields = append(fields, field)
	}
	at, late, known := flights.Outcome(row)
	if !known {
		return append(fields, "", "")
	}
	label := "0"
	if late {
		label = "1"
	}
	return append(fields, label, at.Format(time.RFC3339))
}
