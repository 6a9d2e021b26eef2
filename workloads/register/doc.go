// Package register is a public register in which ownership moves: real estate, and shares of a regional equity
// market. A transfer is a case between a seller and a buyer in which a bank holds the money, the tax agency assesses
// the deed tax, departments examine and the registry registers.
//
// The flow is that of "blockchain + real-estate registration" in Beijing: the seller fills in, the buyer completes,
// both confirm, the seller submits (english.beijing.gov.cn, property_registration/202006/t20200624_1932343.html); the
// chain has eleven departments, and on it are also mortgages, deposits, utility accounts and the tax audit (summaries
// of case 6 of the Blue Book in TechNode and Cointelegraph, July 2020); electricity follows the title in Haidian
// (2019).
//
// # What is modelled
//
// Objects 0 ... Population-1 are held by parties 0 ... Population-1, who are subjects. An object is a whole of
// "parts" parts; at the start the holders of object o are the parties o, o+1 ... (mod Population), "holders" of them,
// in parts as equal as can be, and every utility account is party o's. None of that costs anything until it changes.
//
// Agencies by number, each modulo Agencies: 0 registry, 1 tax, 2 bank that keeps the escrow, 3 utilities, 4 court.
// The departments that examine are the Approvals agencies from 1 on. Any agency may be a lender.
//
//	       offer            accept             register
//	(none) ──────▶ offered ────────▶ accepted ──────────▶ registered
//	                  ▲ amend          │ deposit, assess, pay, examine, consent: in any order that makes sense
//	                  └────────────────┘ (amend: before the deposit)
//	               offered, accepted ──▶ refused, withdrawn, expired: the escrow goes back in full
//
// Accepting fixes how much must be deposited. The tax is the price times the rate in force at the assessment.
// Deposit, assessment, payment and examinations follow acceptance. Registering moves the parts, releases the escrow
// to the seller and gives the object a new certificate number, one after the other over the whole register;
// thereafter the utilities move their accounts to the buyer. A frozen object neither is offered nor moves; one with
// mortgages in force moves, under the rule "lender-consent", only with every lender's consent to this case. An object
// has at most one open transfer.
//
// A mortgage is asked for by a holder of enough parts and granted by the lender, which gives it the next priority, or
// dropped by either; the lender discharges it. None is granted while the object is frozen or being transferred. The
// court freezes and unfreezes. The registry corrects an object's attributes, which gives a new certificate. A holder
// permits an agency to search the title for a time; registry, tax and court need no permit. With LogReads a search is
// a transaction.
//
// Documents stay off chain: the ledger has their hash, which the buyer and the departments confirm. Prices and parts
// are in the clear, because the laws are about them.
//
// In the ledger a case and an object are an entry each, a permit too. Every accepted step also is a line of a
// journal, 16 lines an entry; Check plays it from the beginning and compares every record, but for the hashes of
// documents and payloads, which the journal does not repeat.
//
// # Not modelled
//
// Payment of the part of a price that is not deposited; the refund of a tax when a case ends without registration;
// the co-owners' right of first refusal; waiting lists of courts; a lender's enforcement.
//
// # Speed
//
//	GOGC=800 go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/register
package register
