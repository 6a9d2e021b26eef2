// Package hashiraft runs hashicorp/raft, unmodified, behind consensus.Runtime.
package hashiraft
