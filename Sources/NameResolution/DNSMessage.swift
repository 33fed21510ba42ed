/// The twelve bytes that a message begins with.
struct DNSHeader: Equatable {
    static let size = 12

    var identifier: UInt16
    var flags: UInt16
    /// Questions, answers, authorities, additional records.
    var counts: [Int]

    init(_ reader: inout DNSReader) throws(ResolutionFailure) {
        identifier = try reader.word()
        flags = try reader.word()
        counts = []
        for _ in 0..<4 { counts.append(Int(try reader.word())) }
    }

    /// Whether a server knows the answer: else another one may.
    static func check(_ answer: [UInt8]) throws(ResolutionFailure) {
        var reader = DNSReader(answer)
        switch try DNSHeader(&reader).code {
        case 0, noSuchName: break
        case 5: throw .refused
        default: throw .failing
        }
    }

    /// A code.
    static let noSuchName: UInt16 = 3

    var isResponse: Bool { flags & 0x8000 != 0 }
    var isTruncated: Bool { flags & 0x0200 != 0 }
    /// 0 is a plain question.
    var operation: UInt16 { flags >> 11 & 0xF }
    /// 0 is success.
    var code: UInt16 { flags & 0xF }
}

/// What is asked for.
struct DNSQuestion: Equatable {
    /// In lower case, since case doesn't matter in names.
    var labels: [[UInt8]]
    var type: UInt16
    var group: UInt16

    init(_ reader: inout DNSReader) throws(ResolutionFailure) {
        labels = try reader.plainName().map { label in
            label.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }
        type = try reader.word()
        group = try reader.word()
    }
}

/// One record of an answer, of which only the data is of use here.
struct DNSRecord {
    var type: UInt16
    var group: UInt16
    var data: ArraySlice<UInt8>

    init(_ reader: inout DNSReader) throws(ResolutionFailure) {
        try reader.skipName()
        type = try reader.word()
        group = try reader.word()
        // How long it may be kept.
        _ = try reader.bytes(4)
        data = try reader.bytes(Int(try reader.word()))
    }
}

/// Kinds of records.
enum DNSType {
    static let address: UInt16 = 1
    static let text: UInt16 = 16
    static let addressIPv6: UInt16 = 28
    static let extensions: UInt16 = 41
    /// Transfers of whole zones.
    static let transfers: ClosedRange<UInt16> = 251...252
    /// The group of records that is in use: the internet's.
    static let internet: UInt16 = 1
}
