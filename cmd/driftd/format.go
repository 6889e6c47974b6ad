package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// oneOfFlag refuses a flag's value that is none of those wanted.
func oneOfFlag(flag, value string, want ...string) error {
	if slices.Contains(want, value) {
		return nil
	}
	return fmt.Errorf("--%s %q: want %s", flag, value, either(want))
}

// either lists words of which one is meant; an empty one first is left out.
func either(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.TrimPrefix(strings.Join(words[:last], ", ")+" or "+words[last], ", ")
}

// checkFormat checks the flags that say how a file is written, and returns what
// is between the cells of CSV.
func checkFormat(format, compression, delimiter string) (comma rune, err error) {
	if err := oneOfFlag("format", format, "", "ndjson", "csv", "parquet"); err != nil {
		return 0, err
	}
	if err := oneOfFlag("compression", compression, "", "none", "gzip", "zstd"); err != nil {
		return 0, err
	}
	if delimiter == `\t` || delimiter == "tab" {
		delimiter = "\t"
	}
	comma, size := utf8.DecodeRuneInString(delimiter)
	if size != len(delimiter) || comma >= utf8.RuneSelf || comma == '"' || comma == '\n' || comma == '\r' || size == 0 {
		return 0, fmt.Errorf("--delimiter %q: want one ASCII character, such as ; or tab", delimiter)
	}
	return comma, nil
}
