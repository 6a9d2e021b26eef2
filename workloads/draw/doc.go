// Package draw hands out a limited number of places among all who apply before a deadline: by lottery, by points,
// by sealed bids or in the order of arrival. It serves the vehicle plate lottery (1.42 million applicants in
// February 2013, results online 25 minutes after the draw), points-based household registration (106,403
// applicants for 6,000 places in 2019), school enrolment, public rental housing, public tenders and relief quotas.
//
// # What is modelled
//
// There are "pools" (schools, lots), each with rounds one after the other; the pool's lead is agency pool mod
// Agencies. Round 1 opens at time 0. The lead announces each next round, which opens when the one before has its
// deadline, and whose terms (quota, lengths, bounds) are the rules in force at the announcement: they are
// published and do not change under way. An amended rule holds from the next announcement on.
//
//	 opens     deadline      reviewed       closed        drawn     called                        ended
//	──┬────────────┬─────────────┬─────────────┬─────────────┬─────────┬────────────────────────────┬──
//	  apply, correct  confirm or    lead         seeds, bids   agencies  winners take or decline,
//	  and withdraw    refuse        closes       are revealed  rank      others object, lead judges
//
// A subject applies once a round, with a commitment to its data. The Approvals agencies after the lead confirm an
// aspect each, in points mode with points, or refuse with a reason. Before the deadline the applicant may
// correct, also after a refusal, which voids the confirmations, or withdraw; it may appeal against a refusal.
// Nothing enters after its deadline, by the operation's own time, or after the closing, by the order of the chain.
//
// # The draw
//
// The method is that of RFC 3797 (D. Eastlake, Publicly Verifiable Nominations Committee Random Selection, 2004):
// fix the list, then learn random numbers that nobody could choose, then compute by a published rule. The numbers
// come from the agencies by commit and reveal (M. Blum, Coin flipping by telephone, 1982). Each of the "seeders"
// commits to a seed before the closing, by a SHA-256 over pool, round, agency and seed; at least "seeds-min" must.
// From the closing on applications are frozen, and seeds are revealed. The round's seed is SHA-256 over all seeds in
// the order of the agencies after the lead ([Mixed]). A seed not revealed within "reveal-length" is replaced by
// [Missing], a hash of its commitment. An agency that comes last may so choose between two outcomes, revealing or
// not, neither of which it can shape; some such bias is unavoidable (R. Cleve, Limits on the security of coin
// flips, 1986), and the chain shows who withheld. One honest seed among them is enough that nobody
// knew the outcome when the applications were frozen.
//
// The rank in a lottery is the first 16 bytes of SHA-256(seed | number of the application), lowest first ([Lot]). Points
// rank from the most down and ties by the lot; bids by price and then by the order in the chain of the data; first
// come, first served by that order alone. Everybody can compute it from the chain, and Check does.
//
// # Bounded operations
//
// No operation's cost grows with the number of applicants. The eligible stand on a roll. After the draw any agency
// sends units of work, which carry no data and so cannot steer: a unit sorts one page of 128 lines, or merges one page
// of 128 out of 16 sorted runs (J. von Neumann's merge sort, D. Knuth, The Art of Computer Programming 3, section 5.4).
// Runs are cut off at quota and reserves, beyond which nobody can be ranked. So N lines take about N/128
// units and a sixteenth of that a level more where few are wanted. The last level's units answer whom they ranked:
// that is the publication.
//
// # Places
//
// The first "quota" of the ranking are called. Each takes or declines the place within "confirm-length"; one who does
// not answer is struck by the lead. Other applicants object within "objection-length" of a call; the lead upholds, and
// the place is lost, or dismisses. Each place given up calls the next of the reserves. When all is answered and no
// objection can come the lead ends the round. Everybody reads a round and its ranking, an applicant and the
// agencies an application; with LogReads that look is a transaction in a journal.
//
// Data and documents are off chain, and their commitments on it. Points, opened prices and the subjects' numbers are in the
// clear, because the outcome must be recomputable; unopened bids stay sealed for ever.
//
// In mode 3 whoever comes after quota and reserves are full is refused, as in any flash sale: a scenario sizes the
// quota for its load, or means to show that.
//
// # Not modelled
//
// Chances that grow with failed rounds; deposits of bidders and of agencies that withhold; verifiable delay
// functions, which would remove the last agency's choice; several preferences of one applicant (school matching).
//
// # Speed
//
//	GOGC=800 go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/draw
package draw
