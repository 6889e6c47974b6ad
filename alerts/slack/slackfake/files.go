package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// file is one that is, or was, uploaded.
type file struct {
	length  int
	content []byte // nil before it was sent
	shared  bool   // its upload was completed
}

// uploadURL answers with the address for one file of the length.
func (s *Server) uploadURL(r *http.Request) object {
	length, err := strconv.Atoi(r.Form.Get("length"))
	if r.Form.Get("filename") == "" || err != nil || length <= 0 {
		return refuse("invalid_arguments")
	}
	id := fmt.Sprintf("F%08d", len(s.files)+1)
	s.files[id] = &file{length: length}
	return object{"ok": true, "upload_url": s.http.URL + "/upload/" + id, "file_id": id}
}

// upload takes the content of a file.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	content, err := io.ReadAll(part)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.PathValue("id")]
	if err != nil || f == nil || f.content != nil || len(content) != f.length {
		http.Error(w, "not what was announced", http.StatusBadRequest)
		return
	}
	f.content = content
	_, _ = fmt.Fprintf(w, "OK - %d", len(content))
}

// completeUpload lets messages show files whose content came.
func (s *Server) completeUpload(r *http.Request) object {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(r.Form.Get("files")), &named) != nil || len(named) == 0 {
		return refuse("invalid_arguments")
	}
	var done []object
	for _, n := range named {
		f := s.files[n.ID]
		if f == nil || f.content == nil {
			return refuse("file_not_found")
		}
		f.shared = true
		done = append(done, object{"id": n.ID, "title": n.Title})
	}
	return object{"ok": true, "files": done}
}

// shows reports whether the block shows a file that may be shown.
func (s *Server) shows(b block) bool {
	f := s.files[b.File.ID]
	return f != nil && f.shared && b.Alt != "" && fits(b.Alt, 2000)
}
