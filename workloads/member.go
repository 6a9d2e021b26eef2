package workloads

// Numbers of cases in a mixed workload: each member numbers its own cases, and its index stands in the
// bits from memberShift, so that numbers of two members differ and those of member 0 are its own.
const (
	memberShift = 48
	memberMask  = uint64(MembersMax-1) << memberShift
)

// MembersMax is how many members a mixed workload may have.
const MembersMax = 1 << 15

// CaseIn is the number in a mixed workload of a case that its member numbers so. A member has fewer than
// 2^48 cases; bit 63, by which programs tell cases of their own apart, stays.
func CaseIn(member uint16, number uint64) uint64 {
	return number&^memberMask | uint64(member)<<memberShift
}

// CaseOf takes such a number apart.
func CaseOf(mixed uint64) (member uint16, number uint64) {
	return uint16(mixed & memberMask >> memberShift), mixed &^ memberMask
}
