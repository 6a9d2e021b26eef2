// Package term lays out text for a terminal: columns that line up whatever script a name is in, lines that fit, styles
// that never carry a meaning alone, and no control character from data. It knows nothing of the environment: what a
// terminal is like, its caller says in a Look.
//
// A column of a terminal holds a grapheme cluster (Unicode Standard Annex 29), or half of one that is wide (Annex 11).
// Characters of ambiguous width count as one column, as terminals take them outside of legacy East Asian locales.
package term
