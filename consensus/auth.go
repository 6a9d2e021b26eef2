package consensus

import (
	"encoding/binary"
	"slices"
)

// Statement is what a replica signs: a vote or promise in a protocol, small and fixed in shape so
// that a modelled signature costs the simulator nanoseconds. Kind separates the domains of one
// protocol; equal statements are the same promise.
type Statement struct {
	Kind   uint8
	View   uint64
	Height uint64
	Digest Digest
}

// StatementBytes is the encoded size of a statement without its signature.
const StatementBytes = 1 + 8 + 8 + 32

// Signature is opaque to machines. Its length says nothing about its size on the wire, which is
// Authenticator.Size.
type Signature []byte

// Authenticator signs as one replica and checks the signatures of all.
type Authenticator interface {
	Sign(s Statement) Signature
	Verify(by NodeID, s Statement, sig Signature) bool
	// Size is a signature's size in bytes on the wire.
	Size() int
}

// Certificate is a statement signed by several replicas. Build it with Certificate.Add, then share
// it by pointer and change it no more. Machines charge OpVerify for each signature they check;
// checking again what this process has checked costs no real time, because certificates are immutable
// and shared.
type Certificate struct {
	Statement Statement
	Signers   NodeSet
	Shares    []Share // in the order in which they were added
	valid     int     // signatures known to be genuine: all of them once checked
	small     [smallShares]Share
}

// smallShares is how many shares a certificate holds without memory of its own for them: the quorum of
// the smallest Byzantine group.
const smallShares = 3

// Share is one replica's signature under a certificate's statement.
type Share struct {
	By        NodeID
	Signature Signature
}

// Grow makes room for the signatures of size replicas of a group of n, so that Add need not.
func (c *Certificate) Grow(size, n int) {
	c.Signers.grow(n)
	if size <= smallShares && c.Shares == nil {
		c.Shares = c.small[:0]
		return
	}
	c.Shares = slices.Grow(c.Shares, size)
}

// Add appends a signature that the caller has verified and reports whether its signer was new.
func (c *Certificate) Add(by NodeID, sig Signature) bool {
	if !c.Signers.Add(by) {
		return false
	}
	c.Shares = append(c.Shares, Share{by, sig})
	return true
}

// Valid reports whether at least quorum distinct replicas of a group of n signed the statement.
func (c *Certificate) Valid(a Authenticator, quorum, n int) bool {
	if c == nil || len(c.Shares) < quorum {
		return false
	}
	if c.valid == len(c.Shares) {
		return true
	}
	for _, s := range c.Shares {
		if int(s.By) >= n || !a.Verify(s.By, c.Statement, s.Signature) {
			return false
		}
	}
	c.valid = len(c.Shares)
	return true
}

// WireSize is the certificate's size when it lists its signatures one by one: the statement, a
// bitmap of n bits and the signatures.
func (c *Certificate) WireSize(a Authenticator, n int) int {
	return StatementBytes + (n+7)/8 + len(c.Shares)*a.Size()
}

// ModelKeys are the keys of a simulated group: signatures that nobody but their owner can produce
// through this interface, at the cost of a few multiplications. They are not cryptography.
type ModelKeys struct {
	secrets []uint64
	size    int
	room    []byte // for the next signatures: one allocation serves many
}

// NewModelKeys makes the keys of n replicas whose signatures count size bytes on the wire.
func NewModelKeys(n, size int, seed uint64) *ModelKeys {
	k := &ModelKeys{secrets: make([]uint64, n), size: size}
	for i := range k.secrets {
		seed += 0x9e3779b97f4a7c15
		k.secrets[i] = mix(seed)
	}
	return k
}

// For returns the authenticator of one replica.
func (k *ModelKeys) For(self NodeID) Authenticator { return modelAuth{k, self} }

type modelAuth struct {
	keys *ModelKeys
	self NodeID
}

func (a modelAuth) Sign(s Statement) Signature {
	k := a.keys
	if len(k.room) < 8 {
		k.room = make([]byte, 1024)
	}
	sig := k.room[:8:8]
	k.room = k.room[8:]
	binary.LittleEndian.PutUint64(sig, k.token(a.self, &s))
	return sig
}

func (a modelAuth) Verify(by NodeID, s Statement, sig Signature) bool {
	if by < 0 || int(by) >= len(a.keys.secrets) || len(sig) != 8 {
		return false
	}
	return word(sig) == a.keys.token(by, &s)
}

func (a modelAuth) Size() int { return a.keys.size }

func (k *ModelKeys) token(by NodeID, s *Statement) uint64 {
	t := k.secrets[by] ^ uint64(s.Kind)
	t = mix(t ^ s.View)
	t = mix(t ^ s.Height*0x9e3779b97f4a7c15)
	t ^= word(s.Digest[:]) + 3*word(s.Digest[8:]) + 5*word(s.Digest[16:]) + 7*word(s.Digest[24:])
	return mix(t)
}

// word reads eight bytes, little-endian.
func word(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
