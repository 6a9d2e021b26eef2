package resource

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Units of Cost.Picos.
const (
	nano  = 1_000
	micro = 1_000_000
)

// Sources of figures that several rows share.
const (
	goBench = "median of three runs of Go 1.26's standard library on one core of an AMD EPYC (amd64, SHA-NI), 64-byte messages; `go test -bench Crypto ./sim/resource` measures another"
	torao   = "github.com/torao/sample.bls-signature-aggregation, README: herumi/bls-eth-go-binary on amd64"
	plpSSD  = "smalldatum.blogspot.com, 7 January 2026, SSDs, power loss protection and fsync latency, as summarised by engineered.at: "
)

// Schemes lists the signature schemes. Costs are those of one core of the reference machine.
func Schemes() []Scheme {
	return []Scheme{
		{
			Name: "ed25519", Title: "Ed25519", SignatureBytes: 64, PublicKeyBytes: 32,
			SizeSource:      "RFC 8032, section 5.1",
			Sign:            Cost{24 * micro, goBench},
			Verify:          Cost{57 * micro, goBench},
			VerifyAggregate: Cost{57 * micro, "does not aggregate: one check"},
		},
		{
			Name: "ecdsa-p256", Title: "ECDSA on NIST P-256", SignatureBytes: 64, PublicKeyBytes: 33,
			SizeSource:      "FIPS 186-5, section 6.4 (r and s of 32 bytes each); SEC 1, section 2.3.3 (compressed point)",
			Sign:            Cost{32 * micro, goBench},
			Verify:          Cost{80 * micro, goBench},
			VerifyAggregate: Cost{80 * micro, "does not aggregate: one check"},
		},
		{
			Name: "sm2", Title: "SM2 (GB/T 32918.2)", SignatureBytes: 64, PublicKeyBytes: 33,
			SizeSource:      "GB/T 32918.2-2016 (r and s of 32 bytes each)",
			Sign:            Cost{32 * micro, sm2Source},
			Verify:          Cost{80 * micro, sm2Source},
			VerifyAggregate: Cost{80 * micro, "does not aggregate: one check"},
		},
		{
			Name: "bls12-381", Title: "BLS on BLS12-381, signatures in G1", SignatureBytes: 48, PublicKeyBytes: 96,
			Aggregates:      true,
			SizeSource:      "draft-irtf-cfrg-bls-signature-05, section 4.2 (minimal-signature-size)",
			Sign:            Cost{232_674 * nano, torao},
			Verify:          Cost{1_149_041 * nano, torao},
			Aggregate:       Cost{618 * nano, torao + ": 46 signatures in 28,417 ns"},
			VerifyAggregate: Cost{1_149_041 * nano, torao + ": two pairings as for one signature; adding up the public keys is not counted"},
		},
	}
}

// sm2Source: SM2 works on a curve of the same size and shape as P-256.
const sm2Source = "taken as P-256: github.com/emmansun/gmsm, wiki home, says that its SM2 on amd64 is close to P-256"

// Profiles lists the machines.
func Profiles() []Profile {
	return []Profile{ideal(), reference(), edge()}
}

func ideal() Profile {
	return Profile{
		Name: "ideal", Title: "a machine that takes no time: what remains is the protocol and the network",
		Cores:       1,
		FsyncSource: "none: idealised",
		DiskSource:  "none: idealised",
	}.With(Schemes()[0])
}

func reference() Profile {
	p := Profile{
		Name: "reference", Title: "a server of four cores with a data-centre NVMe disk",
		Cores: 4, CorePercent: 100,
		Fsync:           58 * time.Microsecond,
		FsyncSource:     plpSSD + "12 to 58 us after a write of 16 KiB on disks with power loss protection; the slowest of them",
		DiskBytesPerSec: 1_900_000_000,
		DiskSource:      "assumed: sequential writes of a 2 TB data-centre NVMe disk",
	}
	p.Costs = operations(p.CorePercent)
	return p.With(Schemes()[0])
}

func edge() Profile {
	p := Profile{
		Name: "edge", Title: "an office machine of two slow cores with a consumer SSD",
		Cores: 2, CorePercent: 300, // assumed: a third of the reference core's speed
		Fsync:           891 * time.Microsecond,
		FsyncSource:     plpSSD + "891 us on a consumer disk without power loss protection",
		DiskBytesPerSec: 500_000_000,
		DiskSource:      "assumed: about what a SATA link of 6 Gbit/s carries",
	}
	p.Costs = operations(p.CorePercent)
	return p.With(Schemes()[0])
}

// operations are the costs that do not depend on the replicas' signature scheme.
func operations(percent uint64) (costs [consensus.OpCount]Cost) {
	costs[consensus.OpHandle] = Cost{2 * micro, "assumed: a system call, decoding and dispatch"}
	costs[consensus.OpHash] = Cost{560, "SHA-256 of 64 KiB at 1.79 GB/s: " + goBench}
	costs[consensus.OpCheckPayload] = Cost{57 * micro, "clients sign with ed25519: " + goBench}
	costs[consensus.OpExecute] = Cost{10 * micro, "assumed: a few reads and writes of an authenticated key-value state in memory"}
	for i := range costs {
		costs[i] = costs[i].scaled(percent)
	}
	return costs
}
