// Package claim is a register of instruments (electronic bills, receivables) that keeps one of them from being
// claimed twice: a bill is reimbursed by one unit only, a receivable is pledged to one bank only.
//
// In Haidian a small supplier registers the receivable from its procurement contract, the government or
// state-owned buyer confirms it, the supplier asks a bank for financing against the certificate, and the bank
// reviews, grants credit and lends (live since 7 February 2020, bj.people.com.cn/n2/2020/0208/c14540-33777239.html;
// apecsme.org/caijing/2020071612920.html). The Beijing Blue Book's case of electronic bills tracks whether a bill
// was reimbursed (powerfullminds.com/beijing-unveils-plan-for-blockchain-based-government).
//
// # What is modelled
//
// An instrument has a number that the register gives, a content (32 bytes, stands for the salted hash of bill or
// contract; no content is registered twice), a holder (a subject), a debtor (an agency: the buyer, the issuer of
// the bill), a face amount and a due date. It counts from the moment when its debtor and then the next Approvals
// agencies after the debtor have confirmed its content. One of them may dispute it instead; whoever registered it
// corrects it, which voids the confirmations. The holder assigns a confirmed instrument, or splits it in two: a
// part for somebody else and the rest.
//
//	register, correct      all confirm           claim           pay
//	───────────────▶ open ────────────▶ free ──────────▶ held ────────▶ lent ──▶ settled
//	                  │ ▲                 │ ▲    reject,    │             │          ▲
//	          dispute ▼ │ correct   split │ └─ withdraw, ◀──┘   after due ▼          │ late
//	                disputed              ▼     expire               overdue ────────┘
//	                                    split        (held, free, open, disputed: may be cancelled)
//
// A claim is the holder's: it names the agency that is to pay (the unit, the bank) and locks the instrument until a
// time. A second claim is refused, and the refusal says who has it. The claimant's desk reviews, and another desk
// of the same agency pays, at most the rule "advance-rate" of the face as it is when the money leaves. A
// claim that was not paid is rejected, withdrawn, or expires; the debtor's cancellation or settlement kills
// it. A lent claim is offered to another bank, which accepts it; it ends when the claimant releases it or the
// debtor settles the instrument. An instrument that is not settled a time after it was due is overdue. With the
// rule "single-use" there is no debt: to pay the claim uses the bill up for good.
//
// Whether an instrument is taken is asked by a desk that was shown it: a query, or with LogReads a transaction in a
// journal, 16 entries a page. Holder, debtor and claimant see the instrument itself.
//
// At the start Population instruments are registered and confirmed; they are implied and cost nothing until touched:
// number e has holder e, debtor e mod Agencies, and face and due date by arithmetic around the rules "face" and
// "start-term". Amounts are in the clear, in fen, because the advance rate and the parts' sum are laws; contents and
// documents are hashes.
//
// # Not modelled
//
// Interest and fees, which the bank settles off chain; a part of an instrument lent on twice by two banks together;
// the reversal of a wrong reimbursement, for which the issuer writes another bill.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/claim
package claim
