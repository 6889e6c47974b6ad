package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// signV4 signs a request whose parameters are in the query: Signature Version 4
// of Amazon Web Services, written from its specification. It returns the query's
// X-Amz-Signature.
func signV4(secret, method string, u *url.URL, payloadHash string) string {
	query := u.Query()
	query.Del("X-Amz-Signature")
	scope := strings.SplitN(query.Get("X-Amz-Credential"), "/", 2)[1] // date/region/service/aws4_request
	var pairs []string
	for key, values := range query {
		for _, value := range values {
			pairs = append(pairs, escapeV4(key)+"="+escapeV4(value))
		}
	}
	slices.Sort(pairs)
	canonical := strings.Join([]string{method, u.Path, strings.Join(pairs, "&"), "host:" + u.Host, "", query.Get("X-Amz-SignedHeaders"), payloadHash}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{"AWS4-HMAC-SHA256", query.Get("X-Amz-Date"), scope, hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func escapeV4(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// The example that Amazon publishes: "Authenticating Requests: Using Query
// Parameters", Amazon S3 API reference. It proves the oracle of the test below.
func TestSignatureOracleAgainstThePublishedExample(t *testing.T) {
	u, err := url.Parse("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host")
	if err != nil {
		t.Fatal(err)
	}
	const want = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if got := signV4("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", http.MethodGet, u, "UNSIGNED-PAYLOAD"); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// The token for Amazon MSK is a signed address of the cluster's region: the
// action, who signs, and a signature that only the secret key yields.
func TestTokenForMSKIsSigned(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	for _, session := range []string{"", "a/session+token=="} {
		t.Setenv("AWS_SESSION_TOKEN", session)
		m, err := (&SASL{Mechanism: "aws-msk-iam", AWS: &AWS{Region: "eu-central-1"}}).mechanism()
		if err != nil {
			t.Fatal(err)
		}
		_, first, err := m.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		token, ok := strings.CutPrefix(string(first), "n,,\x01auth=Bearer ")
		token, ends := strings.CutSuffix(token, "\x01\x01")
		text, err := base64.RawURLEncoding.DecodeString(token)
		if !ok || !ends || err != nil || m.Name() != "OAUTHBEARER" {
			t.Fatalf("%s: first message %q, %v", m.Name(), first, err)
		}
		u, err := url.Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		if query.Get("Action") != "kafka-cluster:Connect" || u.Host != "kafka.eu-central-1.amazonaws.com" || query.Get("X-Amz-Expires") != "900" ||
			!strings.HasPrefix(query.Get("X-Amz-Credential"), "AKIDEXAMPLE/") || query.Get("X-Amz-Security-Token") != session {
			t.Errorf("token %s", text)
		}
		query.Del("User-Agent") // added after signing
		u.RawQuery = query.Encode()
		empty := fmt.Sprintf("%x", sha256.Sum256(nil))
		if got, want := query.Get("X-Amz-Signature"), signV4(secret, http.MethodGet, u, empty); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
	}
}

func TestAWSWithoutCredentialsSaysSo(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	if token, err := (&AWS{Region: "eu-central-1"}).token(t.Context()); err == nil || !strings.Contains(err.Error(), "kafka.sasl.aws: sign a token for region eu-central-1") {
		t.Errorf("token %q, %v", token, err)
	}
}
