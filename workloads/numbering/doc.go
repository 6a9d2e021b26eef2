// Package numbering is a strict sequence of numbered bills: electronic invoices of the tax service, fiscal and medical
// bills of the finance bureau.
//
// Beijing issued its first electronic invoices on a chain on 2 and 3 March 2020, for parking, then for tickets of
// parks; an invoice has a code of 12 digits and a number of 8, and anybody verifies it on a public site
// (blocking.net/beijing-issued-the-first-blockchain-electronic-invoice-parking-tickets-and-park-tickets-will-be-included.html).
// The digits of a code are 0, the province (1100), the year (20), the batch (3 digits) and the kind of bill (11 is an
// electronic ordinary invoice): Announcement 84 of 2015 of the State Administration of Taxation.
//
// # What is modelled
//
// The authority is agency 0. Issuers (a car park, a park, a hospital) are numbered; an issuer acts itself, as
// the subject of its number, or through the desks of its platform, one of the other agencies. An issuer applies for
// numbers, at most "segment-size" at a time and never more than "outstanding-max" unused ones; it may withdraw the
// application. The authority grants all or fewer, or refuses; without Approvals the program grants at once. Segments
// are cut from the open code one after the other; the last of a code may be shorter, and the authority opens the next
// code when the last one is in use.
//
//	apply ──▶ asked ──▶ granted ──▶ issue, issue, ... ──▶ used up
//	            │ refuse, withdraw     │ return unused numbers
//	            ▼                      ▼
//	          (none)                 ended, never issued again
//
// A bill takes exactly the next number of the issuer's oldest segment; an issuer that states a number and is wrong
// is refused. The bill is a hash; the buyer is a commitment; the amount is in the clear, in fen, because totals and the
// tax of "tax-rate" are conserved on the chain. A wrong bill is made void in the period in which it was issued, or
// cancelled by a red-letter bill, which takes a number of its own, refers to it and has the opposite amounts, until
// "correction-deadline". A period of an issuer is closed not before it has lasted "period"; its totals stand from then
// on. The authority suspends an issuer, which then may not apply or issue, and reinstates it. Anybody
// verifies a bill by what it says, its issuer, number and hash: with LogReads by a transaction,
// otherwise by a query.
//
// Every issuer begins with a segment of "start-segment" numbers of which "start-bills" are issued, in period 0, which is
// closed. They follow from arithmetic and take no memory until they are touched.
//
// In the ledger an issuer is an entry. Bills stand one after the other in a journal, 16 an entry; where the bill of a number
// stands, the issuer's entry says for the latest ones and a page of places for 32 numbers at a time.
//
// # Not modelled
//
// The printed form, signatures on it and the buyer's identity, which stay off chain; red-letter bills for a part of the
// amount; several rates in one bill.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/numbering
package numbering
