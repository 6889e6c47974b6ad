package ingest_test

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/segmentio/kafka-go"
)

// naive is what one writes first: kafka-go's Reader, encoding/json, features in
// maps, row by row, the offsets committed after the insert.
func naive(ctx context.Context, args []string) error {
	broker, group, address, username, password := args[0], args[1], args[2], args[3], args[4]
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{address}, Auth: clickhouse.Auth{Database: "default", Username: username, Password: password},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4},
		Settings:    clickhouse.Settings{"async_insert": 0},
	})
	if err != nil {
		return err
	}
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{broker}, GroupID: group, Topic: topic, StartOffset: kafka.FirstOffset, MaxBytes: 10 << 20})
	defer reader.Close()
	for {
		messages, err := gather(ctx, reader)
		if err != nil {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		}
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO naive")
		if err != nil {
			return err
		}
		for _, m := range messages {
			var e struct {
				ID         string         `json:"prediction_id"`
				Version    string         `json:"version"`
				Time       time.Time      `json:"timestamp"`
				Features   map[string]any `json:"features"`
				Score      float64        `json:"score"`
				Prediction string         `json:"prediction"`
				Role       string         `json:"role"`
			}
			if err := json.Unmarshal(m.Value, &e); err != nil {
				return err
			}
			numbers, texts := make(map[string]float64), make(map[string]string)
			for name, value := range e.Features {
				switch x := value.(type) {
				case float64:
					numbers[name] = x
				case string:
					texts[name] = x
				}
			}
			if err := batch.Append(e.ID, e.Version, e.Time, e.Role, e.Score, e.Prediction, numbers, texts); err != nil {
				return err
			}
		}
		if err := batch.Send(); err != nil {
			return err
		}
		if err := reader.CommitMessages(ctx, messages...); err != nil {
			return err
		}
	}
}

// gather takes up to 50,000 messages, or what comes in a second.
func gather(ctx context.Context, reader *kafka.Reader) ([]kafka.Message, error) {
	first, err := reader.FetchMessage(ctx)
	if err != nil {
		return nil, err
	}
	messages := []kafka.Message{first}
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for len(messages) < 50_000 {
		m, err := reader.FetchMessage(limited)
		if errors.Is(err, context.DeadlineExceeded) {
			return messages, nil
		}
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}
