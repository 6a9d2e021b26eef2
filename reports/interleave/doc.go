// Package interleave measures two versions against each other in one session: their runs alternate in
// random order, so that a machine that drifts, warms up or is disturbed treats both alike. All of one
// version and then all of the other would charge the machine's moods to the versions, whatever the test
// and however many the trials.
//
// The design is that of randomised complete blocks (Fisher, The Design of Experiments, 1935): a trial is a
// block in which every arm runs once, in an order drawn from a named stream of the session's seed. A third
// arm can run the old version once more: the difference between two arms of the same version is the noise
// of the machine, measured in the same session.
package interleave
