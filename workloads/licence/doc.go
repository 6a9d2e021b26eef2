// Package licence is a register of electronic licences: agencies issue, renew, suspend and revoke them,
// anybody who is shown one verifies it, and its holder authorises a clerk to use it with a one-time code.
//
// The Beijing e-licence service of 2020 has seven types (business licence, ID card, household register,
// residence permit, driving licence, marriage, divorce; codetd.com/en/article/11820310), is used by more than
// 60 municipal and district units (blockvalue.com/baike/20200727524620.html), and works with an 8-digit code that
// the applicant generates after face authentication and gives to the clerk
// (blockvalue.com/blockchain/20200423313591.html).
//
// # What is modelled
//
// A licence has a type, a serial number of its type, a holder (a subject), an issuing agency, an end, and a
// status: valid, suspended or revoked. Serial numbers are given strictly one after the other, which makes the
// counter of a type a hot row (KeyChoice seq puts nearly all writes on one). Only the issuer renews, suspends,
// reinstates and revokes; a revocation is final and stays in a register of its own. A check is a query, or with
// LogReads a transaction by a desk that leaves its trace on the licence. A code is made by the holder for one
// licence, lives for the rule "code-life", and is consumed once by a desk. The licences that exist at the start
// are implied and cost nothing until touched: entity e of the Population has type e mod types, serial number
// e/types + 1, issuer e mod Agencies and holder e.
//
// The rules "term", "code-life" and "quota" stand on the ledger and can be amended. A licence ends a term after its issue
// or renewal, as the term was then; a quota counts all licences issued since the start, and takes none back.
//
// # Not modelled
//
// Face authentication, the licence's image, delegation to another holder.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/licence
package licence
