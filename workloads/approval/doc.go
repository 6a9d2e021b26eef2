// Package approval is one application that several agencies examine: the applicant submits it once, the
// agencies sign one after the other or side by side, and the lead agency decides.
//
// The best documented flow of this kind is the inter-enterprise transfer of non-residential property in
// Beijing: seller and buyer fill in and confirm, planning, housing and tax examine, nobody visits an office
// (english.beijing.gov.cn, property_registration/202006/t20200624_1932343.html); the real-estate chain has
// eleven departments. Haidian counted 40 such scenarios in April 2020 (blocking.net/38805).
//
// # What is modelled
//
// A case is about a matter (a property, an enterprise) whose subject is the applicant; its lead agency is
// matter mod Agencies. The signers are the next Approvals agencies after the lead, in stages of the rule
// "stage-width": a stage begins when the one before is complete, within it the order is free. A signature is
// for the hash of the documents. An agency whose turn it is may return the case; the applicant hands in
// other documents, which voids all signatures, or withdraws. The lead grants when all have signed, may
// reject before, and closes a case whose deadline has passed. A matter has at most one open case, which is
// what keeps a property from being sold or pledged twice at once.
//
//	         submit            all signed, decide
//	(none) ──────────▶ open ────────────────────────▶ granted, rejected
//	                  ▲    │ return        withdraw ▶ withdrawn
//	         resubmit │    ▼               deadline ▶ expired
//	                 returned  (same two ways out)
//
// The rules "deadline", "resubmissions-max" and "signatures-needed" stand on the ledger and can be amended. A case keeps
// the deadline of its submission; a return is judged by the limit in force at that time, a signature and a decision by
// the signatures that are then needed. So a case that waits for its fourth signature is granted with three when the
// city decides that three are enough.
//
// A case is a chain of requests: the next one is made after the answer and a think time. In a parallel
// stage the chain visits the agencies in random order; since all of them think at once, the gap before
// the next of k remaining signatures has mean ThinkMean/k (A. Rényi 1953, gaps of ordered exponentials).
//
// # Not modelled
//
// Documents, which stay off chain; agencies that join or leave a case; fees.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/approval
package approval
