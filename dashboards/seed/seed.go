package seed

import (
	_ "embed"
	"strings"
	"text/template"
	"time"
)

// Fleet says what is invented. Model 0 has a name that needs quoting; every seventh
// model from the third on is critical in the last quarter of the time.
type Fleet struct {
	Models, Versions, Features int
	To                         time.Time     // end of what is there, a whole day
	Days                       int           // before To
	Step                       time.Duration // between ticks; a divisor of a day
}

// Awkward is the name of model 0 and Odd that of its first feature.
const (
	Awkward = `o'hare \ "x" ü`
	Odd     = `it's \n odd`
)

//go:embed seed.sql
var text string

var seeding = template.Must(template.New("seed.sql").Parse(text))

// Statements are the INSERTs, for a database that was migrated and is empty.
func (f Fleet) Statements() ([]string, error) {
	var out strings.Builder
	err := seeding.Execute(&out, map[string]any{
		"Models": f.Models, "Versions": f.Versions, "Features": f.Features, "Days": f.Days,
		"To": f.To.Unix(), "Step": int64(f.Step / time.Second), "Ticks": int64(f.Days) * int64(24*time.Hour/f.Step),
	})
	if err != nil {
		return nil, err
	}
	var statements []string
	for statement := range strings.SplitSeq(out.String(), ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			statements = append(statements, statement)
		}
	}
	return statements, nil
}
