// Package trace reads and writes logs of requests, so that a run can be taken along and an office can
// replay its own log.
//
// A trace is CSV with a header line, or JSON lines; each line is a request, in order of time. The columns
// (keys) are
//
//	at        when it was sent: seconds since the start such as 12.5, or a time such as
//	          2024-05-06T08:30:00.25+08:00, then counted from the first line's
//	id        its number, from 1 without a gap; may be left out
//	scenario  the service it asks for; needed when a run has several
//	agency    index of the participant of its scenario at which it enters
//	client    who asks
//	read      true for a query
//	logged    true for a query that the program logs, so that it is ordered as a transaction
//	case      number of the case it belongs to, 0 for none
//	last      true when its answer ends the case
//	op        the operation, in hexadecimal
//
// Only at is needed. A trace with op is exact: the operations are replayed as they are, and of a case each
// one not before the answer of the one before. A trace without op tells when somebody came and what for; what
// he asks is made by the scenario's generator, and so are the later steps of his case.
//
// [Read] checks all of a trace before anything runs. Its errors name file, line and key, and say what to do.
package trace
