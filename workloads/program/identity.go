package program

// Desks is the number of desks of an agency.
// assumed: 32 windows and back-office terminals.
const Desks = 32

// GovernDesk is the desk of an agency that proposes and endorses amendments and does nothing else.
const GovernDesk = Desks - 1

// SubjectBase is the first client number of a subject.
const SubjectBase uint32 = 1 << 31

// Desk is the client number of a desk, 0 ... Desks-1, of an agency.
func Desk(agency, desk int) uint32 { return uint32(agency*Desks + desk) }

// Subject is the client number of a subject, below 2^31.
func Subject(number uint64) uint32 { return SubjectBase + uint32(number&(1<<31-1)) }

// AgencyOf is the agency whose desk the client is.
func AgencyOf(client uint32, agencies int) (agency int, ok bool) {
	agency = int(client / Desks & 0x7ffffff)
	return agency, client < SubjectBase && agency < agencies
}

// SubjectOf is the subject that the client is.
func SubjectOf(client uint32) (number uint64, ok bool) {
	return uint64(client - SubjectBase), client >= SubjectBase
}
