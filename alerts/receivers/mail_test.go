package receivers

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/parts"
)

// mailbox is an SMTP server that keeps what it is given.
type mailbox struct {
	mu       sync.Mutex
	mails    []*mail.Message
	to       []string
	password string // demanded when not ""
}

type session struct {
	*mailbox
	known bool
}

func (b *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &session{mailbox: b, known: b.password == ""}, nil
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.known = user == "driftd" && password == s.password; !s.known {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// serve starts the server, with STARTTLS when it has a certificate.
func (b *mailbox) serve(t *testing.T, certificate *tls.Certificate) string {
	t.Helper()
	server := smtp.NewServer(b)
	server.Domain = "localhost"
	if certificate != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func TestMailIsAConversation(t *testing.T) {
	box := &mailbox{}
	r := open(t, Config{Name: "mail", Mail: &Mail{Server: box.serve(t, nil), Plaintext: true, From: "driftd <driftd@example.org>", To: []string{"a@example.org", "b@example.org"}}})
	i := incident()
	if said, err := r.Deliver(t.Context(), i, alerts.Sent{}); !said || err != nil {
		t.Fatalf("said %t, error %v", said, err)
	}
	before := sent(i, true)
	quiet := i
	quiet.Generation++
	if said, err := r.Deliver(t.Context(), quiet, before); !said || err != nil || len(box.mails) != 1 {
		t.Fatalf("said %t, error %v, %d mails; what nobody need hear of is not sent", said, err, len(box.mails))
	}
	end := resolved(quiet)
	if said, err := r.Deliver(t.Context(), end, before); !said || err != nil || len(box.mails) != 2 {
		t.Fatalf("said %t, error %v, %d mails", said, err, len(box.mails))
	}
	first, last := box.mails[0], box.mails[1]
	if got, want := first.Header.Get("Subject"), "[WARNING] auc of churn@7 is below its baseline Bcc: everybody@example.org"; got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	if got := first.Header.Get("Bcc"); got != "" || strings.Join(box.to[:2], " ") != "a@example.org b@example.org" {
		t.Errorf("Bcc %q, given to %q", got, box.to)
	}
	if id := first.Header.Get("Message-Id"); id == "" || last.Header.Get("In-Reply-To") != id || last.Header.Get("References") != id || last.Header.Get("Message-Id") == id {
		t.Errorf("ids %q, %q in reply to %q", id, last.Header.Get("Message-Id"), last.Header.Get("In-Reply-To"))
	}
	if got := last.Header.Get("Subject"); !strings.HasPrefix(got, "Re: [RESOLVED] ") || last.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", last.Header)
	}
	text, err := io.ReadAll(last.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AUC    0.71 (0.69 to 0.73), limit 0.8", "age    0.3", "* 2026-03-01 13:00  recovered", "https://driftd.example/incidents/performance"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the mail does not say %q:\n%s", want, text)
		}
	}
}

func TestMailIsEncrypted(t *testing.T) {
	box := &mailbox{password: "correct horse"}
	bare := box.serve(t, nil)
	c := Mail{Server: bare, From: "driftd@example.org", To: []string{"a@example.org"}, Username: "driftd", PasswordFile: file(t, box.password), Timeout: 5 * time.Second}
	if _, err := open(t, Config{Name: "mail", Mail: &c}).Deliver(t.Context(), incident(), alerts.Sent{}); err == nil || len(box.mails) != 0 {
		t.Errorf("a server without STARTTLS was given the password: error %v", err)
	}
	certificates := parts.Certify(t)
	certificate, err := tls.LoadX509KeyPair(certificates.Server, certificates.Server)
	if err != nil {
		t.Fatal(err)
	}
	c.Server = box.serve(t, &certificate)
	m := mailer{c, func(alerts.Incident) string { return "" }}
	if _, err := m.Deliver(t.Context(), incident(), alerts.Sent{}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a stranger's certificate was accepted: error %v", err)
	}
	m.CAFile = certificates.CA
	if _, err := m.Deliver(t.Context(), incident(), alerts.Sent{}); err != nil || len(box.mails) != 1 {
		t.Errorf("error %v, %d mails", err, len(box.mails))
	}
	m.PasswordFile = file(t, "wrong")
	if _, err := m.Deliver(t.Context(), incident(), alerts.Sent{}); err == nil || len(box.mails) != 1 {
		t.Errorf("error %v, %d mails", err, len(box.mails))
	}
}
