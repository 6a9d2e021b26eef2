package result

// Figure is a finished picture of some records, as it goes into reports. Pictures are drawn in one
// package and laid out in another; this is what passes between them.
type Figure struct {
	Name    string // file name without extension
	Section string // heading it belongs under
	Title   string
	Caption string // what is shown, how to read it, and what is left out
	SVG     []byte
	PNG     []byte
}
