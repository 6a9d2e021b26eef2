package resource

// Scheme is a signature scheme: sizes on the wire and costs on a core of the reference machine.
type Scheme struct {
	Name            string
	Title           string
	SignatureBytes  int
	PublicKeyBytes  int
	Aggregates      bool // many signatures of one statement combine into one of the same size
	SizeSource      string
	Sign            Cost
	Verify          Cost
	Aggregate       Cost // adding one share to an aggregate
	VerifyAggregate Cost // checking one aggregate
}

// Schemes lists the signature schemes.
func Schemes() []Scheme {
	return []Scheme{{Name: "ed25519", SignatureBytes: 64, Sign: Cost{20_000_000, ""}, Verify: Cost{50_000_000, ""}, Aggregate: Cost{0, ""}, VerifyAggregate: Cost{50_000_000, ""}}}
}

// Profiles lists the machines.
func Profiles() []Profile {
	ed := Schemes()[0]
	return []Profile{
		{Name: "ideal", Title: "a machine that takes no time", Cores: 1, Scheme: ed},
		Profile{Name: "reference", Title: "a server", Cores: 4, Fsync: 1000000, DiskBytesPerSec: 500_000_000,
			Costs: [8]Cost{{Picos: 1000}, {Picos: 1}, {Picos: 1}, {}, {}, {Picos: 1000}, {}, {Picos: 10_000_000}}}.With(ed),
	}
}
