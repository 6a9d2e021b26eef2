// Package attest is the program family of health attestations and venue check-ins: results that expire, colours
// derived from them, registrations of arrivals with observation, and check-ins that must be forgotten.
//
// It models the six epidemic scenarios (health-status attestation, cross-region recognition, returnee
// registration, venue check-in, nucleic-acid results, vaccination records). No specification of these services on
// a chain is published; what is known are loads (Beijing Health Kit: 9 million users and 30 million uses by
// 2020-03-30; Guangzhou: 99.48 million code shows in a day, 2021-06-02). The rules below follow the public
// practice of those years, and every invented number says so.
//
// # Model
//
// Subjects are numbered from 0; the district agency of a subject is its number modulo Agencies. Agencies below the
// rule "labs" issue attestations, agency 0 is the health authority. Venue v acts as the subject number
// Population+v: a venue is no agency and its terminal has a number like everybody.
//
// An issuer attests a test result (0 negative, 1 positive), a vaccine dose (its number) or a status (0 healthy,
// 1 suspect, 2 ill) of a subject, with a commitment to the content, which stays off chain. It names the time at
// which the sample, the dose or the statement was taken; a newer one replaces the older one, an older one is
// refused. The issuer may correct or revoke the latest attestation of a kind. Doses are numbered without a gap and
// lie at least "dose-interval" apart. An attestation of another province is recognised with a proof, for
// "recognition-life". At the start "tested-percent" of the subjects hold a negative test taken at time 0 and
// "vaccinated-percent" a first dose given long ago; these are implied and cost nothing until touched.
//
// The colour of a subject at a time is the first that holds:
//
//	red      an order is live; or the valid test or recognised result is positive, or the valid status is ill
//	yellow   the valid status is suspect
//	green    the valid test or recognised result is negative; or "test-needed" is 0 and the valid status is
//	         healthy; or "doses-pass" is not 0 and so many doses were given
//	yellow   there is an attestation that expired or was revoked
//	unknown  there is none
//
// A test is valid from the time it was taken for "test-validity" by the rule that is in force at the check, not at
// the issue: when a city shortens it, it holds for everybody at once. A door guard (a desk or a venue) asks for
// the colour; whoever holds a document has its commitment verified. With LogReads both are transactions with a line
// in the journal, else queries that leave no trace.
//
// A subject declares its arrival with the region it comes from, and may withdraw that; its district confirms
// or rejects it within "confirm-max", after which a new declaration is possible. With a confirmed arrival or a
// positive test on file the district orders observation, for "observation-days" from then on; it may lift the
// order before its end. A subject appeals against a colour that is not green; the district decides within
// "appeal-deadline"; one that is upheld lifts the order and revokes positive tests and bad statuses; one that is
// not decided in time can be declared overdue by the subject and brought again.
//
// A venue records a check-in as a token that the visitor's phone blinds anew each day: the chain does not tell
// who it was, and no token links two days. Within "repeat-min" the same token is refused, as far as the venue's
// open page remembers. Eight check-ins fill a page of the venue. After "retention" a check-in may no
// longer be answered; a purge by the venue or the health authority removes what has expired,
// in the order of the record up to one that has not, from at most four filed pages and then the open one.
// The health authority traces contacts only in a case that it has opened for one venue and a window of time, and
// every trace is a transaction: it reads one page and answers the tokens that lie in the window and did not expire.
//
// # Ledger
//
// A subject with any event has one entry, a venue one with its open page and one for each filed page, a tracing case
// one. Every transaction adds a line to a journal, 16 an entry; the line of a check-in names the venue and the
// time but not the token, so that a purge leaves no token anywhere in the state. Check replays the journal.
//
// # Not modelled
//
// The content of documents, signatures of foreign issuers (a derived hash stands for them), how a phone derives
// its tokens, entry into buildings.
//
// # Speed
//
//	go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/attest
package attest
