package receivers

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/driftd/driftd/alerts"
)

// Mail sends an incident as one conversation: a mail when it opens, one for each
// thing that people should hear of, one when it ends.
type Mail struct {
	// Server is host:port. Port 465 speaks TLS from the start; on others STARTTLS is
	// demanded, unless Plaintext allows a relay that has none.
	Server       string   `mapstructure:"server"`
	From         string   `mapstructure:"from"`
	To           []string `mapstructure:"to"`
	Username     string   `mapstructure:"username"`
	PasswordFile string   `mapstructure:"password_file"`
	CAFile       string   `mapstructure:"ca_file"` // PEM; "" are the system's authorities
	Plaintext    bool     `mapstructure:"plaintext"`
	// Timeout of the connection and of each command; 0 is 10 s.
	Timeout time.Duration `mapstructure:"timeout"`
}

// portTLS is that of TLS from the start (RFC 8314).
const portTLS = 465

// Validate reports every field that cannot work, joined.
func (m Mail) Validate() error {
	var errs []error
	if _, _, err := m.server(); err != nil {
		errs = append(errs, err)
	}
	if _, err := netmail.ParseAddress(m.From); err != nil {
		errs = append(errs, fmt.Errorf("from %q: give an address, e.g. driftd@example.org", m.From))
	}
	if len(m.To) == 0 {
		errs = append(errs, errors.New("to missing: give at least one address"))
	}
	for _, to := range m.To {
		if _, err := netmail.ParseAddress(to); err != nil {
			errs = append(errs, fmt.Errorf("to %q: give an address, e.g. ml-oncall@example.org", to))
		}
	}
	if _, err := m.authorities(); err != nil {
		errs = append(errs, err)
	}
	switch {
	case (m.Username == "") != (m.PasswordFile == ""):
		errs = append(errs, errors.New("username and password_file: give both or none"))
	case m.Username != "" && m.Plaintext:
		errs = append(errs, errors.New("plaintext beside username: a password is not sent unencrypted; remove one of the two"))
	}
	return errors.Join(errs...)
}

func (m Mail) server() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(m.Server)
	port, portErr := strconv.Atoi(text)
	if err != nil || portErr != nil || host == "" || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("server %q: give host:port, e.g. smtp.example.org:587", m.Server)
	}
	return host, port, nil
}

// authorities returns those of the file, nil for the system's.
func (m Mail) authorities() (*x509.CertPool, error) {
	if m.CAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(m.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file %q: %w", m.CAFile, errors.Unwrap(err))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("ca_file %q: holds no certificate in PEM", m.CAFile)
	}
	return pool, nil
}

func (m Mail) open(link func(alerts.Incident) string) alerts.Receiver {
	return mailer{m, link}
}

type mailer struct {
	Mail
	link func(alerts.Incident) string
}

// Deliver implements [alerts.Receiver]. A mail that is sent again after a crash
// has the id it had before.
func (m mailer) Deliver(ctx context.Context, i alerts.Incident, before alerts.Sent) (bool, error) {
	if !before.News(i) {
		return before.Said, nil
	}
	message, err := m.message(i, before)
	if err != nil {
		return before.Said, err
	}
	client, err := m.client()
	if err != nil {
		return before.Said, err
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return before.Said, fmt.Errorf("mail through %s: %w", m.Server, err)
	}
	return true, nil
}

func (m mailer) client() (*mail.Client, error) {
	host, port, err := m.server()
	if err != nil {
		return nil, err
	}
	roots, err := m.authorities()
	if err != nil {
		return nil, err
	}
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(timeout(m.Timeout)),
		mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
	}
	switch {
	case port == portTLS:
		options = append(options, mail.WithSSL())
	case m.Plaintext:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.Username != "" {
		password, err := secret("password_file", m.PasswordFile)
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.Username), mail.WithPassword(password))
	}
	return mail.NewClient(host, options...)
}

func (m mailer) message(i alerts.Incident, before alerts.Sent) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := message.From(m.From); err != nil {
		return nil, err
	}
	if err := message.To(m.To...); err != nil {
		return nil, err
	}
	state := strings.ToUpper(severity(i))
	if i.State == alerts.Resolved {
		state = "RESOLVED"
	}
	subject := "[" + state + "] " + line(i.Headline)
	if before.Said {
		subject = "Re: " + subject
		message.SetGenHeader(mail.HeaderInReplyTo, "<"+m.id(i, 0)+">")
		message.SetGenHeader(mail.HeaderReferences, "<"+m.id(i, 0)+">")
		message.SetMessageIDWithValue(m.id(i, i.Generation))
	} else {
		message.SetMessageIDWithValue(m.id(i, 0))
	}
	message.Subject(cut(subject, 200))
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no robot answers
	message.SetBodyString(mail.TypeTextPlain, m.text(i, before))
	return message, nil
}

// id is a message id that the incident and its generation determine.
func (m mailer) id(i alerts.Incident, generation int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", i.ID, generation))
	_, host, _ := strings.Cut(m.From, "@")
	return hex.EncodeToString(sum[:12]) + "@" + strings.TrimRight(host, "> ")
}

// text is what the mail says: what is new, how things stand, and the whole way.
func (m mailer) text(i alerts.Incident, before alerts.Sent) string {
	var b strings.Builder
	fmt.Fprintln(&b, i.Headline)
	if done := i.Outcome(); done != "" {
		fmt.Fprintf(&b, "%s.\n", done)
	}
	fmt.Fprintln(&b)
	wide := 0
	for _, f := range i.Facts {
		wide = max(wide, len([]rune(f.Name)))
	}
	for _, f := range i.Facts {
		fmt.Fprintf(&b, "%-*s  %s\n", wide, f.Name, f.Text)
	}
	fmt.Fprintf(&b, "\n%s · %s · mode %s", i.Ref, i.Slot, i.Mode)
	if i.Owner != "" {
		fmt.Fprintf(&b, " · owner %s", i.Owner)
	}
	fmt.Fprintln(&b)
	if at := m.link(i); at != "" {
		fmt.Fprintln(&b, at)
	}
	fmt.Fprintln(&b)
	for k, e := range i.Timeline {
		mark := " "
		if before.Said && k >= before.Entries {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %s  %s\n", mark, e.At.UTC().Format("2006-01-02 15:04"), e.Text)
		for row := range strings.Lines(e.Table) {
			fmt.Fprintf(&b, "      %s\n", strings.TrimRight(row, "\n"))
		}
	}
	return b.String()
}
