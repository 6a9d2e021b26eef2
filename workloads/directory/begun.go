package directory

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// begun are the settings that shape the start.
type begun struct {
	agencies, population, standing uint64
	closed, conditional            uint64 // %
	districts                      int
}

func newBegun(settings *program.Settings) begun {
	return begun{
		agencies: uint64(settings.Agencies), population: uint64(settings.Population),
		standing: min(uint64(settings.Rule("standing")), uint64(settings.Agencies-1)),
		closed:   uint64(settings.Rule("closed-percent")), conditional: uint64(settings.Rule("conditional-percent")),
		districts: min(int(settings.Rule("districts")), settings.Agencies-1),
	}
}

// class is that of an entry from the start: the shares of the rules, spread by a multiplicative hash.
func (b *begun) class(number uint64) byte {
	draw := number * 0x9e3779b97f4a7c15 >> 32 % 100
	switch {
	case draw < b.closed:
		return classClosed
	case draw < b.closed+b.conditional:
		return classConditional
	}
	return classOpen
}

// entry is one as it is at the start.
func (b *begun) entry(number uint64) entry {
	e := entry{
		version: 1, owner: uint16(number % b.agencies), level: byte(number / b.agencies % 3),
		class: b.class(number), commitment: program.Fill(number, 1),
	}
	if e.class != classClosed {
		e.open = uint32(b.standing)
	}
	return e
}

// holder is the agency that holds the standing grant of that place.
func (b *begun) holder(entry, place uint64) uint16 { return uint16((entry + 1 + place) % b.agencies) }

// standingOf is the number of the agency's grant from the start.
func (b *begun) standingOf(entry uint64, agency uint16) (id uint64, found bool) {
	place := (uint64(agency) + b.agencies - entry%b.agencies + b.agencies - 1) % b.agencies
	if entry >= b.population || b.class(entry) == classClosed || place >= b.standing {
		return 0, false
	}
	return standingBit | entry*StandingMax | place, true
}

// grant is the request of a number from the start, if there is one.
func (b *begun) grant(id uint64) (r request, found bool) {
	number, place := id&^standingBit/StandingMax, id%StandingMax
	if id&standingBit == 0 || number >= b.population || place >= b.standing || b.class(number) == classClosed {
		return request{}, false
	}
	return request{
		entry: number, agency: b.holder(number, place), state: stateGranted, class: b.class(number),
		asked: 1<<32 - 1, fields: 1<<32 - 1, until: program.TimeMax,
	}, true
}

// isDistrict reports whether the agency is a district.
func (b *begun) isDistrict(agency int) bool { return agency >= int(b.agencies)-b.districts }

// entry reads an entry.
func (a *app) entry(number uint64) (e entry, found bool) {
	if value, written := a.Tx.Get(a.startKey(keyEntry, number)); written {
		return readEntry(value)
	}
	if number >= a.begun.population {
		return entry{}, false
	}
	return a.begun.entry(number), true
}

func (a *app) putEntry(number uint64, e *entry) {
	a.buf = e.append(a.buf[:0])
	a.Tx.Put(a.startKey(keyEntry, number), a.buf)
}

// request reads a request.
func (a *app) request(id uint64) (r request, found bool) {
	if value, written := a.Tx.Get(a.startKey(keyRequest, id)); written {
		return readRequest(value)
	}
	return a.begun.grant(id)
}

func (a *app) putRequest(id uint64, r *request) {
	a.buf = r.append(a.buf[:0])
	a.Tx.Put(a.startKey(keyRequest, id), a.buf)
}

// latest is the agency's latest request for an entry.
func (a *app) latest(entry uint64, agency uint16) (id uint64, found bool) {
	if value, written := a.Tx.Get(a.latestKey(entry, agency)); written && len(value) == 8 {
		return binary.BigEndian.Uint64(value), true
	}
	return a.begun.standingOf(entry, agency)
}
