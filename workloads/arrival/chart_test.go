package arrival

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Width and height of the charts in the package comment.
const docColumns, docLines = 48, 3

// described is what the package comment says about the shapes.
func described() string {
	var all strings.Builder
	for i, s := range Shapes() {
		if i > 0 {
			all.WriteString("\n")
		}
		all.WriteString(s.Describe(docColumns, docLines))
	}
	return all.String()
}

// TestPackageCommentDrawsTheShapes: what the package comment says about each shape is what the shape is.
func TestPackageCommentDrawsTheShapes(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(described()) {
		if line == "\n" {
			want.WriteString("//\n")
		} else {
			want.WriteString("//\t" + line)
		}
	}
	if !strings.Contains(string(source), want.String()) {
		t.Errorf("doc.go does not say:\n%s", want.String())
	}
}

// TestHeightsAgreeWithTheCurve: a naive integral of the curve in floating point gives the same heights.
func TestHeightsAgreeWithTheCurve(t *testing.T) {
	shapes := Shapes()
	if peaked, err := shape(t, "office").WithPeak(2, 1); err == nil {
		shapes = append(shapes, peaked)
	}
	for _, s := range shapes {
		for _, width := range []int{1, 2, 7, 48, 100, ColumnsMax} {
			const top = 40
			means := make([]float64, width)
			highest := 0.0
			for i := range means {
				means[i] = cumulative(s, float64(i+1)/float64(width)) - cumulative(s, float64(i)/float64(width))
				highest = max(highest, means[i])
			}
			got := Heights(s, width, top)
			for i, mean := range means {
				want := mean / highest * top
				if math.Abs(float64(got[i])-want) > 0.51 && !(got[i] == 1 && want < 1) {
					t.Errorf("%s in %d columns: column %d has height %d, want %.3f", s.Name, width, i, got[i], want)
				}
			}
			if slices.Max(got) != top {
				t.Errorf("%s in %d columns: the highest is %d", s.Name, width, slices.Max(got))
			}
		}
	}
}

func TestHeightsRefuse(t *testing.T) {
	office := shape(t, "office")
	for name, got := range map[string][]int{
		"no column": Heights(office, 0, 8), "too many columns": Heights(office, ColumnsMax+1, 8), "no height": Heights(office, 8, 0),
		"no shape": Heights(Shape{}, 8, 8), "nothing arrives": Heights(Shape{Points: []Point{{0, 0}, {9, 0}}}, 8, 8),
	} {
		if got != nil {
			t.Errorf("%s: %d", name, got)
		}
	}
	if Sparkline(Shape{}, 8) != "" || Chart(office, 8, 0) != nil {
		t.Error("something is drawn where there is nothing to draw")
	}
}

// TestHeightsAtTheLimits: the highest levels and widest curves that are allowed do not overflow.
func TestHeightsAtTheLimits(t *testing.T) {
	s := Shape{Span: time.Hour, Points: []Point{{0, levelMax}, {positionMax / 2, 0}, {positionMax, levelMax}}}
	got := Heights(s, ColumnsMax, 1000)
	if got[0] != 1000 || got[ColumnsMax-1] != 1000 || got[ColumnsMax/4] < 498 || got[ColumnsMax/4] > 502 || got[ColumnsMax/2] > 1 {
		t.Errorf("%d %d %d %d", got[0], got[ColumnsMax/4], got[ColumnsMax/2], got[ColumnsMax-1])
	}
}

func ExampleSparkline() {
	for _, s := range Shapes() {
		fmt.Printf("%-8s|%s\n", s.Name, Sparkline(s, 48))
	}
	// Output:
	// poisson |████████████████████████████████████████████████
	// paced   |████████████████████████████████████████████████
	// office  |                ▁▃▆██▆▅▃▁▁▁▂▄▅▆▅▃▂▁
	// day     |▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▅▇█▆▅▃▂▂▂▂▁▁▁▂▂▂▂▂▂▂▂▂▃▃▃▃▂▂▁▁▁
	// commute |              ▃██▃▁▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▂▅▅▂▁▁▁▁▁▁▁▁▁
	// stream  |▁▁▁▁▁▁      ▁▁▁▁▂▂▂▃▅██▅▃▃▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁
	// batch   |  ▆███▆▂
	// holiday |                ▁▃▅▇█▇▆▅▅▄▃▃▂▁▁▁▁▁
	// deadline|▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅█▆
	// flash   |        ▇█▄▁▁▁▁▁
	// monthly |▅█▇▅▃▂▁                                     ▁▁▂▁
	// season  |                   ▁▂▄▆█▇▆▅▄▃▂▁▁▁
	// dates   |▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
}

func ExampleShape_Describe() {
	s, _ := Find("commute")
	fmt.Print(s.Describe(48, 3))
	// Output:
	// commute: three peaks: morning, noon and evening
	//
	//                ██
	//                ██▁      ▂           ▇▆
	//               ████▂▂▂▂▂▃█▃▂▂▂▂▂▂▂▂▂▆██▅▁▁▁▁▁▁▁▁▁
	// 0           6h          12h         18h         24h
	//
	// span 24h, random, busiest moment 10.2 times the mean
	// rate at time: 0@0 0@7h 1000@8h 50@9h 50@11h45m 400@12h15m 50@12h45m
	// 50@17h30m 600@18h30m 30@19h30m 0@24h
	// source: three peaks a day are published for the Guangzhou health code,
	// June 2021 (http://wangpao.net/show.asp?id=5095); assumed: their hours,
	// widths and heights
}

func ExampleHeights() {
	s, _ := Find("batch")
	fmt.Println(Heights(s, 24, 10))
	// Output:
	// [0 9 10 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0]
}
