package arrival

import (
	"fmt"
	"slices"
	"testing"
)

// TestDraw: a chart is its heights drawn, and what is higher than the chart is cut off.
func TestDraw(t *testing.T) {
	for _, s := range Shapes() {
		if got, want := Draw(Heights(s, 60, 4*Eighths), 4), Chart(s, 60, 4); !slices.Equal(got, want) {
			t.Errorf("%s:\n%q\n%q", s.Name, got, want)
		}
	}
	if got := Draw([]int{0, 1, 8, 9, 99}, 1); !slices.Equal(got, []string{" ▁███"}) {
		t.Errorf("%q", got)
	}
}

func ExampleDraw() {
	morning, evening := []int{1, 9, 4, 1}, []int{0, 0, 5, 16}
	for i := range morning {
		morning[i] += evening[i]
	}
	for _, line := range Draw(morning, 3) {
		fmt.Println(line + "|")
	}
	// Output:
	//    ▁|
	//  ▁▁█|
	// ▁███|
}
