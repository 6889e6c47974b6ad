package slack

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// pictures remembers what was uploaded, so that an edit that changes no chart
// uploads nothing. After a restart a picture is uploaded once more.
type pictures struct {
	mu    sync.Mutex
	files map[string]string // id by the incident and its newest point
}

// keep bounds what is remembered: incidents come and go.
const keep = 200

func (p *pictures) find(key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.files[key]
}

func (p *pictures) put(key, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files == nil || len(p.files) >= keep {
		p.files = map[string]string{}
	}
	p.files[key] = id
}

// uploaded is the chart as an uploaded picture, nil when that may not or cannot be.
func (n *Notifier) uploaded(ctx context.Context, of string, i alerts.Incident) slack.Block {
	if !n.files {
		return nil
	}
	key := i.ID + "/" + stamp(i.Chart[len(i.Chart)-1].At)
	id := n.pictures.find(key)
	if id == "" {
		var err error
		if id, err = n.upload(ctx, of, i); err != nil {
			n.log.Warn("the chart cannot be uploaded: slack.files needs files:write", "channel", i.Channel, "err", err)
			return nil
		}
		n.pictures.put(key, id)
	}
	return slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: id}, cut("Evidence against "+i.Ref.String()+" on its way to the alarm", maxField), "", nil)
}

// upload brings the picture to Slack and returns its id. Nobody sees it until a
// message shows it.
func (n *Notifier) upload(ctx context.Context, of string, i alerts.Incident) (string, error) {
	png, err := picture(i)
	if err != nil {
		return "", fmt.Errorf("draw the chart of %s: %w", i.ID, err)
	}
	var file *slack.FileSummary
	err = n.patient(ctx, of, func() (err error) {
		file, err = n.client.UploadFileContext(ctx, slack.UploadFileParameters{
			Reader: bytes.NewReader(png), FileSize: len(png), Filename: "evidence.png", Title: "evidence",
		})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("upload %d bytes: %w", len(png), err)
	}
	return file.ID, nil
}
