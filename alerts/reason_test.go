package alerts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryReasonIsListedAndHasASentence(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		text, _ := strconv.Unquote(literal.Value)
		declared++
		if !slices.Contains(Reasons(), Reason(text)) {
			t.Errorf("reason %q is not listed in Reasons", text)
		}
		if _, ok := reasonSentences[Reason(text)]; !ok {
			t.Errorf("reason %q has no sentence", text)
		}
		return true
	})
	if declared != len(Reasons()) || declared == 0 {
		t.Errorf("%d reasons declared, %d listed", declared, len(Reasons()))
	}
}

func TestEveryRefusalIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/acting.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Reasons() {
		if strings.HasPrefix(string(r), "blocked_") && !strings.Contains(string(page), "`"+string(r)+"`") {
			t.Errorf("docs/acting.md does not say what %s means", r)
		}
	}
}

func TestFiguresAndDurationsReadWell(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{figure(0.71523), "0.715"},
		{figure(0.0051), "0.0051"},
		{grouped(0), "0"},
		{grouped(999), "999"},
		{grouped(13108), "13,108"},
		{grouped(1234567), "1,234,567"},
		{percent(1.128), "113 %"},
		{plural(1, "block"), "1 block"},
		{plural(3, "block"), "3 blocks"},
		{listed([]string{"a", "b", "c", "d"}, 3), "a, b, c and 1 more"},
		{cut("héllo", 4), "hél…"},
		{cut("héllo", 5), "héllo"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}
