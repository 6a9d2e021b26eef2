// Package programtest is the conformance kit of program families: what every family must do is tested here
// once, and a family's own tests add a reference model ([Agree]), planted violations and benchmarks.
package programtest
