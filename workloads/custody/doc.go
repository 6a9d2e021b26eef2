// Package custody traces goods from hand to hand: air cargo through stations, customs and warehouses, imported food
// in the cold chain, donated or allocated relief material.
//
// The airport platform in Beijing has customs, commerce, tax, the logistics park and cargo stations on one chain,
// with manifests, logistics and inspection data and tax refunds: more than 3 million records and about 7,800 queries
// by 121 firms from March to May 2020 (Ledger Insights, Beijing's Blue Book, July 2020; Xinhua). The cold-chain
// platform has been mandatory for imported food since November 2020 (globaltimes.cn/page/202010/1204702.shtml).
//
// # What is modelled
//
// A consignment has a manifest's hash, a quantity, one holder and a chain of events. Consignments 0 ... Population-1
// exist at the start: number n was declared by firm n mod "firms", is held by agency n mod Agencies, is cleared and
// has "quantity" units; it costs nothing until touched. Later ones get the next number. A firm acts through 32
// terminals: firm f is the subjects f, f+firms, f+2*firms and so on, and is named by the first. Agencies are stations
// and authorities. Agency 0 leads; those that clear are the Approvals agencies from 1 on (modulo Agencies).
//
//	declare ──▶ clear by each agency ──▶ release ──▶ hand over ──▶ take over ──▶ … ──▶ sold, destroyed, lost, returned
//	                 │ finds something        ▲               │ cancel, overdue
//	                 ▼                  lift  │               ▼
//	             quarantined ─────────────────┘         with the holder again
//
// A firm declares; its declaration is open to correction until the first clearance. The lead agency releases when all
// have cleared but the number waived; when none is needed a declaration is released at once. Only released goods are
// sold; before release the declarer may return them abroad. Handing over has two sides: the holder names the next
// one, who takes over within "transit-max" what it counts; what is missing is lost, up to a share. Either cancels.
// Only the holder appends events. A temperature above "temperature-max" is a breach; too many of them quarantine the
// goods by themselves. Quarantine, by the lead or an agency that clears, is lifted by the agency that imposed it.
//
// The holder divides a consignment, or joins two into a new one, and every part knows its parents. The lead recalls a
// consignment, also one that is used up, and takes a recall back. Nothing downstream is touched by that: a
// consignment counts as recalled when it or an ancestor is, which is looked up where it matters; "lineage-max"
// ancestors bound the work. Recalled goods move only to the lead agency and are not sold, divided or joined.
//
// Anybody scans a code and learns state, recall, quantity and the head of the chain; agencies, holder and declarer
// trace backward to all ancestors and forward to the latest children. With LogReads a scan is a transaction.
//
// Manifests and the data of events stay off chain; the chain has their hashes. Quantities, holders and temperatures
// are in the clear.
//
// In the ledger a consignment is one entry. Every accepted step also is a line of a journal, 16 lines an entry; the
// chain of a consignment is over its lines. Check plays the journal from its beginning and compares every record.
//
// # Not modelled
//
// Tax refunds and duties; vehicles and containers as things of their own; who may see a manifest.
//
// # Speed
//
//	GOGC=800 go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/custody
package custody
