package network

// What the layers below add to a segment of a stream.
const (
	ethernetBytes = 8 + 14 + 4 + 12 // preamble, header, checksum and gap: IEEE 802.3-2022, clauses 3 and 4
	ipBytes       = 20              // IPv4 without options: RFC 791, section 3.1
	tcpBytes      = 20 + 12         // RFC 9293, section 3.1, and the timestamps option of RFC 7323, padded
	tlsBytes      = 5 + 1 + 16      // record header, content type and AEAD tag: RFC 8446, section 5.2
	mtuBytes      = 1500            // RFC 894
)

// FrameBytes is the framing of a message that fits one segment: TLS 1.3 over TCP, IPv4 and Ethernet.
const FrameBytes = ethernetBytes + ipBytes + tcpBytes + tlsBytes

// tlsRecordBytes is the largest plaintext of a TLS record: RFC 8446, section 5.1.
const tlsRecordBytes = 1 << 14

// segmentBytes is how much of the TLS stream one Ethernet frame carries.
const segmentBytes = mtuBytes - ipBytes - tcpBytes

// WireBytes is what a message of the given encoded size occupies on a link: one TLS record for each
// 16 KiB, and headers for each full Ethernet frame. Acknowledgements are not counted.
func WireBytes(message int) int {
	records := max(1, (message+tlsRecordBytes-1)/tlsRecordBytes)
	stream := message + records*tlsBytes
	segments := (stream + segmentBytes - 1) / segmentBytes
	return stream + segments*(ethernetBytes+ipBytes+tcpBytes)
}
