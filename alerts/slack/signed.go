package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
)

// maxRequest bounds a request of Slack, which carries the whole message.
const maxRequest = 1 << 20

// ServeHTTP hears clicks as requests that Slack signs. Others are refused: the
// signature is over the raw body and a time that is at most five minutes off.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		l.clicks.WithLabelValues("unread").Inc()
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	if err := l.verify(r.Header, body); err != nil {
		l.clicks.WithLabelValues("unsigned").Inc()
		l.log.Warn("request that Slack did not sign", "address", r.RemoteAddr, "err", err, "remedy", "slack.signing_secret_file wants the signing secret of the app; look at the clock, too")
		http.Error(w, "the signature is not Slack's", http.StatusUnauthorized)
		return
	}
	i, err := interaction(body)
	if err != nil {
		l.clicks.WithLabelValues("unread").Inc()
		l.log.Error("click cannot be read", "err", err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !l.handle(r.Context(), i) {
		http.Error(w, "driftd is stopping", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK) // an empty body leaves the message as it is
}

func (l *Listener) verify(header http.Header, body []byte) error {
	v, err := slack.NewSecretsVerifier(header, l.config.SigningSecret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}

func interaction(body []byte) (i slack.InteractionCallback, err error) {
	form, err := url.ParseQuery(string(body))
	if err == nil {
		err = json.Unmarshal([]byte(form.Get("payload")), &i)
	}
	if err != nil {
		return i, fmt.Errorf("payload: %w", err)
	}
	return i, nil
}
