/// One header line of a request or response.
package struct HeaderField: Sendable, Hashable {
    /// A token, in the case it came in.
    package var name: String
    /// No CR, LF or NUL in it; no white space around it.
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension HeaderField {
    /// Bytes that the field counts against a budget: its text, `: ` and the line end, so that empty fields count too.
    var size: Int { name.utf8.count + value.utf8.count + 4 }

    /// Whether this is the field's name, in whatever case.
    func isNamed(_ other: UnsafeRawBufferPointer) -> Bool {
        guard name.utf8.count == other.count else { return false }
        return zip(name.utf8, other).allSatisfy { lowercased($0) == lowercased($1) }
    }

    /// Whether both have the same name, in whatever case.
    func isNamed(like other: HeaderField) -> Bool {
        guard name.utf8.count == other.name.utf8.count else { return false }
        return zip(name.utf8, other.name.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }
}

extension [HeaderField] {
    /// The first field of each name, in order.
    var firstOfEachName: [HeaderField] {
        var fields: [HeaderField] = []
        fields.reserveCapacity(count)
        for field in self where !fields.contains(where: { $0.isNamed(like: field) }) { fields.append(field) }
        return fields
    }

    /// Bytes that all fields count against a budget.
    var size: Int { reduce(0) { $0 + $1.size } }
}

/// An ASCII letter in lower case; any other byte as it is.
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
