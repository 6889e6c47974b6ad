CREATE TABLE queue (raw String)
ENGINE = Kafka
SETTINGS kafka_broker_list = '{{.Broker}}', kafka_topic_list = '{{.Topic}}', kafka_group_name = '{{.Group}}',
    kafka_format = 'RawBLOB', kafka_num_consumers = 2, kafka_thread_per_consumer = 1, kafka_flush_interval_ms = 2000
