// Package mix puts many programs on one chain: the whole city's services, each with its own rules, state,
// people and hours, ordered by one group of replicas.
//
// # Programs
//
// An [App] is made of member apps. An operation goes to the member whose tag its envelope carries (see
// workloads/program); an operation of no member is refused with the reason that every program gives for an
// operation of another one. No member reads or writes another one's state, so what a member does is what
// it does alone on a chain that carries its operations in the same order.
//
// # Root
//
// The root of the mix is the Merkle tree hash of RFC 9162 section 2.1.1 over one leaf a member, in the
// order of the members:
//
//	leaf = SHA-256(0x00 | tag, 8 bytes big endian | root of the member's state, 32 bytes)
//	node = SHA-256(0x01 | left | right)
//
// where an odd node at the end of a level goes up unchanged. [App.Digest] asks only the members that executed
// something since the last root for theirs, and hashes only the nodes above those that changed. The state
// of one service is proved against the root of the chain by [App.Path] and [Root].
//
// # Requests
//
// A [Source] lays the members' own arrivals over one another: the superposition, in order of the intended
// time and then of the member. Each member keeps its own shape of the day and its own rate. A follow-up of a
// case comes from the generator that began the case. A [Generator] draws the member of each new request by
// its share, for closed loops, which have no rates.
//
// Agencies of all members stand in one list, one member's after another's, and a request's Agency is an
// index in that list. Clients are the members' own numbers: the same number in two members is not the same
// person.
//
// # Speed
//
// Measure with
//
//	go test -run '^$' -bench Mix -benchmem -cpu 1 ./scenarios
package mix
