package resource_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"
)

// The costs of the reference machine's standard library, on the machine that runs this.
func BenchmarkCrypto(b *testing.B) {
	message := make([]byte, 64)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ed25519/sign", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(private, message)
		}
	})
	signature := ed25519.Sign(private, message)
	b.Run("ed25519/verify", func(b *testing.B) {
		for b.Loop() {
			if !ed25519.Verify(public, message, signature) {
				b.Fatal("a genuine signature was refused")
			}
		}
	})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256(message)
	b.Run("ecdsa-p256/sign", func(b *testing.B) {
		for b.Loop() {
			if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
	asn1, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ecdsa-p256/verify", func(b *testing.B) {
		for b.Loop() {
			if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], asn1) {
				b.Fatal("a genuine signature was refused")
			}
		}
	})
	large := make([]byte, 64<<10)
	b.Run("sha256/64KiB", func(b *testing.B) {
		b.SetBytes(int64(len(large)))
		for b.Loop() {
			sha256.Sum256(large)
		}
	})
}
