// Package program holds what every family of programs shares: checked parameters ([Settings]), the
// envelope around an operation ([Header]), the identities that may ask ([Desk], [Subject]), the part of
// the state that guards against replays and keeps time and counters ([State]), and the pen that a
// generator writes operations with ([Author]).
//
// # Operations
//
// An operation is, big endian and without any optional part,
//
//	format 1 byte | kind 1 | tag 8 | client 4 | sequence 8 | at 8 | body | payload
//
// The tag is the program's; see [Settings.Tag]. The sequence is 0 in a query. At is the request's
// intended time in milliseconds since the start of the run. The body's length follows from the kind.
// The payload has exactly PayloadBytes bytes in a transaction and none in a query; it stands for the
// commitments, ciphertext and form data that the service keeps on chain. State keeps its SHA-256
// where the service needs it; the bytes themselves are in the block. Whatever has another length, kind,
// format or tag is refused.
//
// # Who asks
//
// A client below Agencies*[Desks] is a desk: a clerk's terminal at an agency. A client from [SubjectBase] on
// is a subject: a citizen, an enterprise. Signatures are checked before an operation is ordered and
// their cost is charged there; the program takes the client as proved.
//
// # Time and order
//
// A program has no clock. It judges an operation by the time the operation carries, and it keeps the
// newest time it has seen: an operation more than the rule "skew-max" older is refused, as is one more than
// "leap-max" newer. Between these bounds operations may come in any order, as happens when requests
// entering at different replicas are ordered; a rule such as "before the deadline" looks at the operation's
// own time, and a rule such as "not revoked" at the order in the chain. Clients are taken to be honest about
// time: one that lies moves the program's clock ahead by up to leap-max, and then the others are too old.
//
// # Rules
//
// The rules stand on the ledger. Those that are Governed can be changed in mid-run: an agency's governing desk proposes
// a value and a height, other agencies' desks endorse it, and with the quorum (rule "amend-quorum") reached before the
// height it is scheduled. The height counts the program's own accepted transactions: that many are still judged by the
// old value, every later one by the new. Amendments with one height take effect in the order of their numbers; one that
// lacks its quorum at its height has lapsed. What is on the ledger about them, all of it part of the root:
//
//	R                    amendments proposed 8 | decided 8 | in force 8 | the value of each rule, 8
//	A | number 8         rule 2 | value 8 | height 8 | proposed 8 | decided 8 | state 1 | a bit for each agency that endorsed
//	S                    of each amendment that waits, in the order in which they take effect: height 8 | number 8
//
// A family reads its governed rules with [State.Rule], and [State.RuleAt] tells its Check which value governed a
// transaction. The transactions are made by [Build] for the amendments of the parameters; see [Parts].
//
// # Replays
//
// A client numbers its transactions. The state keeps, per client, the highest number accepted and
// which of the 256 numbers up to it were, the window of RFC 4303 section 3.4.3. A number is accepted
// once; reordering within the window is tolerated, and numbers of refused operations may be used again
// because a refused operation changes nothing. The windows of eight desks stand in one entry of the ledger: they
// change all the time, and so a block pays for fewer leaves than there are desks at work.
package program
