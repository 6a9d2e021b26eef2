// Package plot draws the figures of a report from run records. It is the only importer of gonum/plot.
//
// Figures are small multiples: a panel a scenario, the same axes and the same style of each design in
// every panel and figure. A design has a colour, a dash pattern and a marker, so that it can be told
// apart in print and by people who do not see the colours. The same records give the same SVG, byte
// for byte.
package plot
