package render

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// luminance is the relative luminance of a colour such as ffffff (WCAG 2.2, definition).
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(shift uint) float64 {
		c := float64(v>>shift&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

// Text must stand out from what is behind it by at least 4.5 to 1, in light and dark (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(styleText, 2)
	if len(schemes) != 2 {
		t.Fatalf("%d colour schemes", len(schemes))
	}
	for i, scheme := range schemes {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+):#([0-9a-f]{6})`).FindAllStringSubmatch(scheme, -1) {
			colour[m[1]] = m[2]
		}
		for _, pair := range [][2]string{{"fg", "bg"}, {"fg", "soft"}, {"fg", "best"}, {"muted", "bg"}, {"muted", "soft"}, {"link", "bg"}, {"bad", "bad-bg"}} {
			a, b := luminance(t, colour[pair[0]]), luminance(t, colour[pair[1]])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("scheme %d: %s on %s has a contrast of %.2f", i, pair[0], pair[1], ratio)
			}
		}
	}
}

// Nothing on a page moves, so that there is nothing to still for who asked for less motion.
func TestNothingMoves(t *testing.T) {
	for name, text := range map[string]string{"style.css": styleText, "explore.js": scriptText, "report.gohtml": pageText} {
		for _, motion := range []string{"transition", "animation", "@keyframes", "smooth", "<animate", "requestAnimationFrame", ".animate("} {
			if strings.Contains(text, motion) {
				t.Errorf("%s has %s", name, motion)
			}
		}
	}
}
