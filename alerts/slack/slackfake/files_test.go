package slackfake_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

// A file is announced, sent and completed, in this order; before that no message
// may show it.
func TestFilesAreShownOnceTheyAreComplete(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	var place struct {
		OK  bool
		URL string `json:"upload_url"`
		ID  string `json:"file_id"`
	}
	response, err := http.PostForm(s.URL()+"files.getUploadURLExternal", url.Values{"token": {"xoxb-1"}, "filename": {"a.png"}, "length": {"3"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&place); err != nil || !place.OK {
		t.Fatalf("%+v (%v)", place, err)
	}
	send := func(content string) int {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", "a.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
		_ = form.Close()
		response, err := http.Post(place.URL, form.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	complete := func() string {
		return call(t, s, "files.completeUploadExternal", "files", `[{"id":"`+place.ID+`","title":"a"}]`).Error
	}
	show := func(alt string) string {
		return call(t, s, "chat.postMessage", "channel", "#c", "text", "x", "blocks", `[{"type":"image","slack_file":{"id":"`+place.ID+`"},"alt_text":"`+alt+`"}]`).Error
	}
	for _, step := range []struct {
		what      string
		got, want any
	}{
		{"no length", call(t, s, "files.getUploadURLExternal", "filename", "a.png").Error, "invalid_arguments"},
		{"complete before it came", complete(), "file_not_found"},
		{"of another length", send("four"), http.StatusBadRequest},
		{"sent", send("png"), http.StatusOK},
		{"sent twice", send("png"), http.StatusBadRequest},
		{"shown before it is complete", show("a"), "invalid_blocks"},
		{"complete", complete(), ""},
		{"shown", show("a"), ""},
		{"shown without words", show(""), "invalid_blocks"},
	} {
		if step.got != step.want {
			t.Errorf("%s: %v, want %v", step.what, step.got, step.want)
		}
	}
	if m := s.Messages("#c"); len(m) != 1 || string(m[0].Picture) != "png" {
		t.Errorf("messages %+v", m)
	}
}
