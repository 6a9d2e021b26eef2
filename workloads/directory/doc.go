// Package directory is a catalogue of data that departments hold, with the grants by which they let each other use it.
//
// Beijing's directory chain had 53 municipal departments and 16 districts with directories of three levels in January
// 2020, over 1,028 systems of 52 departments, and sharing was asked for and granted on it
// (blocking.net/30995/the-data-of-53-municipal-departments-in-beijing-was-launched-on-the-directory-blockchain-and-the-online-data-sharing-process-started-simultaneously/).
// The three classes of sharing (open, conditional, not shared) are those of the Interim Measures for the Sharing of
// Government Information Resources, State Council document 51 of 2016.
//
// # What is modelled
//
// An entry describes a data item: a commitment to the description, a level (municipal, district, township), a class and
// an owner, which alone registers it, changes it version by version, and withdraws it; a withdrawal ends the
// requests that are open or is refused because of them, as the owner says. Agency 0 is the directory's administrator. The
// last agencies are districts ("districts" of them), which report their own directories upwards in numbered batches,
// each under a digest; the head of a district is a hash chain over its batches.
//
//	     ask              decide, countersign
//	(none) ──▶ asked ────────────────────▶ granted ──▶ use, renew, complain, ...
//	             │ refuse, close              │ revoke, close, withdrawal of the entry
//	             ▼                            ▼
//	           ended                        ended
//
// An agency asks for fields of an entry, for a purpose and a time. An open entry is granted at once, one that is not
// shared never. For a conditional one the owner grants, all fields or some, the whole time or less, or refuses;
// with Approvals 2 and the rule "admin-signs" the administrator countersigns. An owner that has not answered by
// "answer-deadline" is answered for by the administrator. A grant is renewed before it ends, by the owner, or by the
// holder while the entry is open. The holder gives it back, the owner or the administrator revokes it, and one that has
// expired is closed by any of them. Each use says which fields it reads: it is a transaction with LogReads, otherwise a
// query. An agency that holds a grant complains of wrong data; the owner's next version corrects it, or the administrator
// dismisses the complaint. After "correction-deadline" without either nobody may use the entry.
//
// At the start Population entries exist, dealt out to the agencies, and for each that is shared the "standing" agencies
// after its owner hold a grant for all fields and any time. All this is implied and costs nothing until it is touched.
//
// In the ledger an entry is one, and so is a request; uses, versions, batches and complaints stand in journals of 16
// lines an entry.
//
// # Not modelled
//
// The data and its transport, which stay off chain; the content of a district's batch; agencies that come or go.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/directory
package directory
