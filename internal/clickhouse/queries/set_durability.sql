ALTER TABLE {{id .Table}} MODIFY SETTING fsync_after_insert = {{if .Fsync}}1{{else}}0{{end}}, fsync_part_directory = {{if .Fsync}}1{{else}}0{{end}}
