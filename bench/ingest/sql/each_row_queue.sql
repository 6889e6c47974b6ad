CREATE TABLE queue
(
    prediction_id String,
    version       LowCardinality(String),
    timestamp     DateTime64(3, 'UTC'),
    role          LowCardinality(String),
    score         Float64,
    prediction    LowCardinality(String),
    features      Tuple(
{{- range $i, $f := .Numbers}}{{if $i}}, {{end}}{{$f}} Float64{{end}}
{{- range .Texts}}, {{.}} LowCardinality(String){{end}})
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '{{.Broker}}', kafka_topic_list = '{{.Topic}}', kafka_group_name = '{{.Group}}',
    kafka_format = 'JSONEachRow', kafka_num_consumers = 2, kafka_thread_per_consumer = 1, kafka_flush_interval_ms = 2000,
    date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1
