package gate

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
}

// JUnit writes the cases as a test suite in JUnit's XML, a test case for each: the cell is its class, the term its name. What
// decides nothing is skipped.
func JUnit(w io.Writer, r Report) error {
	s := junitSuite{Name: "govbench gate", Tests: len(r.Cases), Failures: len(Failed(r.Cases)), Skipped: warned(r.Cases)}
	for _, c := range r.Cases {
		k := junitCase{Class: valid(c.Cell()), Name: valid(c.Term)}
		switch c.Status {
		case Fail:
			k.Failure = &junitMessage{valid(c.Detail)}
		case Warn:
			k.Skipped = &junitMessage{valid(c.Detail)}
		}
		s.Cases = append(s.Cases, k)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// valid makes bytes that are no UTF-8 the replacement character; the encoder does so with what XML does not allow.
func valid(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }

// annotationsMost is how many annotations of a kind GitHub shows of a step.
const annotationsMost = 10

// What a workflow command may not have in its message, and in a property.
var (
	messageEscaper  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Annotations writes the failed cases as workflow commands of GitHub Actions, a line each, as many as it shows; the last one
// tells how many more there are.
func Annotations(w io.Writer, r Report) error {
	failed := Failed(r.Cases)
	for i, c := range failed {
		title, message := c.Term+" of "+c.Cell(), c.Detail
		if i == annotationsMost-1 && len(failed) > annotationsMost {
			title, message = "govbench gate", fmt.Sprintf("%d more cases failed", len(failed)-i)
		}
		if _, err := fmt.Fprintf(w, "::error title=%s::%s\n", propertyEscaper.Replace(title), messageEscaper.Replace(message)); err != nil {
			return err
		}
		if i == annotationsMost-1 {
			break
		}
	}
	return nil
}
