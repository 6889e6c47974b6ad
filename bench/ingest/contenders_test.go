package ingest_test

import (
	"embed"
	"strings"
	"text/template"
)

//go:embed sql/*.sql
var statements embed.FS

var sql = template.Must(template.New("").ParseFS(statements, "sql/*.sql"))

// contenders in the order of the table.
var contenders = []contender{
	{
		name: "driftd", what: "driftd run: exactly once (group, intents, tokens), nullable typed columns",
		table: "driftd.predictions_bench", sum: "f_feature_00", third: "f_feature_39 = 'value_3'",
		prepare: prepareDriftd, start: startDriftd,
	},
	{
		name: "raw", what: "ClickHouse's Kafka engine at its best: RawBLOB, JSONExtract to a tuple in the view, no nulls; at least once",
		table: "peer", sum: "feature_00", third: "feature_39 = 'value_3'",
		prepare: func(s *scene) { s.render("peer_table.sql"); s.render("raw_queue.sql") },
		start:   func(s *scene) *child { s.render("raw_view.sql"); return nil },
	},
	{
		name: "each_row", what: "ClickHouse's Kafka engine as usual: JSONEachRow, LowCardinality, no nulls; at least once",
		table: "peer", sum: "feature_00", third: "feature_39 = 'value_3'",
		prepare: func(s *scene) { s.render("peer_table.sql"); s.render("each_row_queue.sql") },
		start:   func(s *scene) *child { s.render("each_row_view.sql"); return nil },
	},
	{
		name: "naive", what: "kafka-go's Reader, encoding/json, features in maps, row by row; at least once",
		table: "naive", sum: "numbers['feature_00']", third: "texts['feature_39'] = 'value_3'",
		prepare: func(s *scene) { s.render("naive_table.sql") },
		start: func(s *scene) *child {
			return startChild(s, "naive", s.broker, s.name, s.at.Address, s.at.Username, s.at.Password)
		},
	},
}

// render runs the statement of a file.
func (s *scene) render(file string) {
	s.t.Helper()
	var text strings.Builder
	names := map[string][]string{}
	for i := range numbers + categories {
		kind := "Numbers"
		if i >= numbers {
			kind = "Texts"
		}
		names[kind] = append(names[kind], feature(i))
		names["All"] = append(names["All"], feature(i))
	}
	err := sql.ExecuteTemplate(&text, file, map[string]any{
		"Broker": s.broker, "Topic": topic, "Group": s.name, "Numbers": names["Numbers"], "Texts": names["Texts"], "Features": names["All"],
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(text.String())
}
