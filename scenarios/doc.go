// Package scenarios is the catalogue of government services that chain designs are measured on, and
// the reader of scenario files.
//
// A scenario says who takes part and where, which program family the replicas run and with which
// parameters, and how much load arrives in which shape. The catalogue is this project's own
// reconstruction: the list of 140 applications behind Beijing's Blue Book of July 2020 was never
// published. A scenario's provenance is "documented" when the thing is named publicly as a Beijing
// blockchain application, "derived" when it is a typical member of a documented family, and "modelled"
// when it was invented to complete a category. None of the three means that it was one of the 140.
//
// Every number in a file is accounted for: the file's section "sourced" names where it was published,
// its section "modelled" says what it was made up from, and a number in neither is an error.
//
// Rates are transactions (requests, queries included) a second. A preset may count cases instead,
// where the published figure does; [Workload] turns cases into transactions by rehearsing the
// workload once.
package scenarios
