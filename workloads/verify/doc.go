// Package verify is the service that dominates the documented scenarios: an agency that serves a
// citizen verifies a fact with the agency that keeps the data, with the citizen's consent, and the check
// itself goes on chain.
//
// In Haidian the data owners keep their data; a window clerk's system asks "is this so?", gets yes or no
// ("usable but not visible"), and the verification is itself a transaction (People's Daily text,
// 0375edu.org.cn/news/273887.htm; Beijing Daily, e-gov.org.cn/article-171818.html: 25 licence classes
// and more than 200 data items verified in real time from April 2020). The citizen sees who looked (the usage
// trail of the e-licence service, blockvalue.com/baike/20200727524620.html).
//
// # What is modelled
//
// One record per entity with a commitment to its content (32 bytes, stands for a salted hash). The
// record's owner is agency entity mod Agencies. A subject, whose number is the entity's, grants an agency
// a consent for some of 32 data classes, until a time, for one or several checks; it may revoke it. A
// check compares a claimed commitment with the record's and answers match or not. With LogReads a check is a
// transaction that uses the consent up and extends the trail of the record, a hash chain; without, it is a
// query that a single replica answers and nobody logs. At the start every subject has given an unlimited
// consent to the "standing" agencies next to the owner; these consents are implied and cost nothing until revoked.
//
// The rules "consent", "grant-life" and "grant-uses" stand on the ledger and can be amended. A consent is judged by the
// rules in force when it is given and a check by those in force at the check; a consent that was given stays.
//
// In the ledger a record, a trail's head and the latest consent to an agency are an entry each. Logged checks stand one
// after the other in a journal, 16 an entry: the end of the journal is all that a check writes of it, and whoever
// reads it from the beginning recomputes every trail.
//
// # Not modelled
//
// Encryption and the transport of the data itself, which stay off chain; several owners for one record.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/verify
package verify
