// Package fund is a public fund with a budget: money is appropriated, allocated, applied for, paid and paid back, and
// none of it is created or lost on the way.
//
// It stands for the chains that follow special fiscal funds (Xiong'an, Foshan: chinabankingnews.com/2019/07/28),
// land-requisition money (blocking.net/37438), wages of migrant workers paid from a project's special account
// (blocking.net/29510), donations (blocking.net, People's Daily overseas edition), unemployment benefits claimed month
// by month, housing-fund withdrawals and procurement contracts. For relief material the unit is a piece instead of
// a fen.
//
// # What is modelled
//
// Agency 0 is the finance agency, the last agency the bank; programme p is managed by agency p mod Agencies, project q
// belongs to programme q mod programmes, subject e to project e mod projects. The finance agency appropriates money to a
// programme, up to the rule "ceiling" a year; the manager allocates it to projects and recalls what is free. A subject
// donates to a project; donated money is kept apart and cannot be recalled. When a year is over the finance agency takes
// back what a programme has left and opens the next.
//
//	treasury ⇄ programme ⇄ project: free ⇄ reserved ─▶ in transit ─▶ paid
//	donors ──────────────▶ project: free ⇄ reserved ─▶ in transit ─▶ paid
//	                                  ▲─────────────────┘ bank return  │
//	                                  └───────────────── refund ───────┘
//
// Money leaves a project by an application of one of three classes. A subject applies for its benefit of the period:
// the share of its base in two tiers, in basis points, up to a cap. A project's contractor (subject Population+q) files
// a wage list for up to 16 workers of a group, which is paid as a whole or not at all. The contractor bills a milestone:
// as many at a time as the rule "milestones-open", each at most a share of the contract's price, together at most it. A subject is paid once a
// period at most, by benefit or wage, and not for a period before one that it has applied for.
//
//	       apply         all sign                order            bank
//	(none) ─────▶ open ───────────▶ ready ───────────▶ in transit ────▶ paid ──▶ clawed back
//	               │ reject, withdraw │      order ▲        │ return     │           │ refund
//	               └──────────────────┴──▶ over    └── returned          └───────────┴────▶ refunded
//
// The next Approvals agencies after the manager sign an application, in any order; from the rule "large" on the finance
// agency signs too. The last signature reserves the money: donated money if it suffices, else budget; it is
// refused when neither does. The manager orders the payment, the bank confirms or returns it; after too many
// returns the application is rejected. The manager demands money back for a time; the bank records what comes back. The
// finance agency freezes a project, which then neither takes applications nor orders payments.
//
// Every movement is a line in a journal: from an account, to an account, an amount. The laws recompute all balances from
// it. Who looks at an account is in a journal too, when LogReads is set.
//
// Projects and programmes of the start are implied and cost nothing until touched. Amounts are in the clear: they are
// what the laws are about. Documents are hashes.
//
// # Not modelled
//
// Interest, several currencies, the bank's own books.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/fund
package fund
