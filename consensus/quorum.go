package consensus

// MajorityQuorum is the smallest set of n replicas of which any two intersect: floor(n/2)+1.
func MajorityQuorum(n int) int { return n/2 + 1 }

// MaxCrashed is the largest number of crashed replicas a crash-fault protocol of n survives.
func MaxCrashed(n int) int { return (n - 1) / 2 }

// MaxFaulty is the largest f with 3f+1 <= n, the number of Byzantine replicas a group of n survives
// in partial synchrony (Dwork, Lynch, Stockmeyer 1988).
func MaxFaulty(n int) int { return (n - 1) / 3 }

// ByzantineQuorum is the smallest q such that any two sets of q out of n replicas share a correct
// one: ceil((n+f+1)/2). For n = 3f+1 it is 2f+1.
func ByzantineQuorum(n int) int { return (n + MaxFaulty(n) + 2) / 2 }
